//! The same deed on several things that one form names.

use crate::local_cloud::refusal::{Flaw, Refusal};
use crate::rpc;

/// Things that one form may name.
const MOST: usize = 100;

/// The names in a text, apart by spaces, commas or lines.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| letter.is_whitespace() || letter == ',').filter(|name| !name.is_empty())
}

/// Does `act` for each of `items`, which the form gives as `field`, up to the first refusal; what was done
/// before it stays. What is so already is no hindrance for the others.
pub(super) fn each<T>(
    field: &'static str,
    items: impl IntoIterator<Item = T>,
    act: impl Fn(T) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let items: Vec<T> = items.into_iter().take(MOST + 1).collect();
    if items.is_empty() {
        return Err(rpc::Error::Missing(field.to_owned()).into());
    }
    if items.len() > MOST {
        return Err(Refusal::parameter(field, Flaw::Value, format!("at most {MOST} names at once")));
    }
    let (mut is_any_done, mut last_known) = (false, None);
    for item in items {
        match act(item) {
            Ok(()) => is_any_done = true,
            Err(known @ Refusal::Exists { .. }) => last_known = Some(known),
            Err(refusal) => return Err(refusal),
        }
    }
    match last_known {
        Some(known) if !is_any_done => Err(known),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use crate::local_cloud::refusal::Entity;

    use super::*;

    #[test]
    fn what_is_so_already_hinders_nobody_else() {
        let done = RefCell::new(Vec::new());
        let act = |name: &str| match name {
            "known" => Err(Refusal::exists(Entity::Group, name)),
            "absent" => Err(Refusal::missing(Entity::User, name)),
            name => {
                done.borrow_mut().push(name.to_owned());
                Ok(())
            }
        };
        let code = |text: &str| {
            each("members", names(text), act)
                .map_or_else(|refusal| refusal.code().into_owned(), |()| "ok".into())
        };
        assert_eq!(code("a, known\nb"), "ok");
        assert_eq!(code("known"), "EntityAlreadyExists.Group");
        assert_eq!(code(" ,\n"), "Missingmembers");
        assert_eq!(code("c absent d"), "EntityNotExist.User");
        assert_eq!(code(&"x ".repeat(MOST + 1)), "InvalidParameter.members");
        assert_eq!(*done.borrow(), ["a", "b", "c"]);
    }
}
