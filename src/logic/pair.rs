//! Conflicts of places that are compared with each other.

use super::atom::{Atom, AtomId, PlaceId, RecordPlace, Side, TextTest, ValueTest};
use super::formula::Arena;
use super::place::{self, Literals};
use super::text::Search;
use crate::sema::pattern::Pattern;
use crate::syntax::token::Op;

/// Maximum number of pairs of constants that are compared.
const MAX_CHOICES: usize = 10_000;

/// The literals for which two sides cannot compare as wanted, by the values that each can have.
pub fn conflict(
    arena: &Arena,
    place: PlaceId,
    own: &Literals,
    literals: &[(AtomId, bool)],
) -> Option<Literals> {
    let RecordPlace::Pair(sides) = &arena.places[place as usize] else { return None };
    for &(atom, wanted) in own {
        let ValueTest::Pair(op) = arena.atoms[atom as usize].check else { continue };
        let mut seen = seen_by(arena, sides, literals);
        if wanted && op == Op::Eq && place::texts(arena, &seen, Vec::new()) == Search::Empty {
            seen.push((atom, wanted));
            return Some(seen);
        }
        let one = choices(arena, &sides.0, literals);
        let other = choices(arena, &sides.1, literals);
        if let (Some(one), Some(other)) = (one, other)
            && one.texts.len() * other.texts.len() <= MAX_CHOICES
            && !other.texts.iter().any(|right| {
                let pattern = Pattern::new(op, right);
                one.texts.iter().any(|left| pattern.matches(left) == wanted)
            })
        {
            return Some(vec![(atom, wanted), one.literal, other.literal]);
        }
    }
    None
}

/// The literals with the same place and view as a side. If the sides are equal, their text satisfies all of them.
fn seen_by(arena: &Arena, sides: &(Side, Side), literals: &[(AtomId, bool)]) -> Literals {
    let sees = |side: &Side, atom: &Atom| {
        side.place == atom.place && side.view == atom.view && side.maps.is_empty() && !side.len
    };
    let seen = |&(atom, _): &(AtomId, bool)| {
        let atom = &arena.atoms[atom as usize];
        sees(&sides.0, atom) || sees(&sides.1, atom)
    };
    literals.iter().copied().filter(seen).collect()
}

/// The texts that a side must be among, and the literal that requires it.
struct Choices<'a> {
    texts: &'a [Box<[u8]>],
    literal: (AtomId, bool),
}

fn choices<'a>(arena: &'a Arena, side: &Side, literals: &[(AtomId, bool)]) -> Option<Choices<'a>> {
    literals.iter().find_map(|&(atom, wanted)| {
        let asked = &arena.atoms[atom as usize];
        let same = wanted && asked.place == side.place && asked.view == side.view && !side.len;
        match &asked.check {
            ValueTest::Text(maps, TextTest::Among(texts)) if same && *maps == side.maps => {
                Some(Choices { texts, literal: (atom, wanted) })
            }
            _ => None,
        }
    })
}
