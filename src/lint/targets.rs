//! Checks of `rulec compile`: what another engine cannot say.

crate::declare_check! {
    /// A rule that the target of `rulec compile` cannot say.
    ///
    /// ## What it does
    /// With `rulec compile --target NAME`, reports each comparison that the target has no words for, at the place where it is
    /// written, and rules that are too long for it. The rule is left out of what is compiled; the others are in.
    ///
    /// ## Why it matters
    /// The other engine watches less than Falco does. `--approximate over` or `--approximate under` puts the nearest wider or
    /// narrower condition in its place and says so; docs/compile.md has what each target can say.
    pub NOT_IN_TARGET = "RC0520", "not-in-target", Portability, Warning;

    /// A rule that the target of `rulec compile` says only roughly, as it was asked to.
    ///
    /// ## What it does
    /// With `rulec compile --approximate over`, reports each comparison that was left out because the target has no words
    /// for it, so that the compiled rule fires on more events than Falco's; with `under`, on fewer.
    ///
    /// ## Why it matters
    /// The other engine and Falco differ on some events. The place shows which comparison is missing.
    pub APPROXIMATED = "RC0521", "approximated", Portability, Info;
}
