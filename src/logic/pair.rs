//! Two places that are compared with each other.

use super::atom::{Check, Place, PlaceId, Prim, PrimId, Side, TextCheck};
use super::formula::Arena;
use super::place::{self, Literals};
use super::text::Search;
use crate::sema::pattern::Pattern;
use crate::syntax::token::Op;

/// Pairs of constants that are compared with each other.
const MAX_CHOICES: usize = 10_000;

/// Why two sides cannot compare as wanted, as far as that follows from what they can show.
pub fn conflict(
    arena: &Arena,
    place: PlaceId,
    own: &Literals,
    literals: &[(PrimId, bool)],
) -> Option<Literals> {
    let Place::Pair(sides) = &arena.places[place as usize] else { return None };
    for &(prim, wanted) in own {
        let Check::Pair(op) = arena.prims[prim as usize].check else { continue };
        let mut seen = seen_by(arena, sides, literals);
        if wanted && op == Op::Eq && place::texts(arena, &seen, Vec::new()) == Search::Empty {
            seen.push((prim, wanted));
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
            return Some(vec![(prim, wanted), one.literal, other.literal]);
        }
    }
    None
}

/// The literals that look at a side's place just as the side does: what both show if they are equal fits all of them.
fn seen_by(arena: &Arena, sides: &(Side, Side), literals: &[(PrimId, bool)]) -> Literals {
    let sees = |side: &Side, prim: &Prim| {
        side.place == prim.place && side.view == prim.view && side.maps.is_empty() && !side.len
    };
    let seen = |&(prim, _): &(PrimId, bool)| {
        let prim = &arena.prims[prim as usize];
        sees(&sides.0, prim) || sees(&sides.1, prim)
    };
    literals.iter().copied().filter(seen).collect()
}

/// What a side has to be among, and the literal that says so.
struct Choices<'a> {
    texts: &'a [Box<[u8]>],
    literal: (PrimId, bool),
}

fn choices<'a>(arena: &'a Arena, side: &Side, literals: &[(PrimId, bool)]) -> Option<Choices<'a>> {
    literals.iter().find_map(|&(prim, wanted)| {
        let asked = &arena.prims[prim as usize];
        let same = wanted && asked.place == side.place && asked.view == side.view && !side.len;
        match &asked.check {
            Check::Text(maps, TextCheck::Among(texts)) if same && *maps == side.maps => {
                Some(Choices { texts, literal: (prim, wanted) })
            }
            _ => None,
        }
    })
}
