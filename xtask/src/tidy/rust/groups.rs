//! Brackets: where a group ends, and what stands between its commas.

use super::lexer::Token;

/// The end of the group that a bracket of any kind opens here.
pub(in crate::tidy) fn group_end(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, token) in tokens[open..].iter().enumerate() {
        if ["(", "[", "{"].iter().any(|bracket| token.is(bracket)) {
            depth += 1;
        } else if [")", "]", "}"].iter().any(|bracket| token.is(bracket)) {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return open + offset + 1;
            }
        }
    }
    tokens.len()
}

/// What stands between the commas of a group.
pub(super) fn branches(tokens: &[Token]) -> Vec<&[Token]> {
    let mut branches = Vec::new();
    let (mut from, mut depth) = (0, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        if ["(", "[", "{", "<"].iter().any(|bracket| token.is(bracket)) {
            depth += 1;
        } else if [")", "]", "}", ">"].iter().any(|bracket| token.is(bracket)) {
            depth = depth.saturating_sub(1);
        } else if token.is(",") && depth == 0 {
            branches.push(&tokens[from..at]);
            from = at + 1;
        }
    }
    branches.push(&tokens[from..]);
    branches.retain(|branch| !branch.is_empty());
    branches
}

#[cfg(test)]
mod tests {
    use super::super::lexer::tokens;
    use super::*;

    #[test]
    fn a_group_ends_with_its_own_bracket() {
        let tokens = tokens("(a, [b; c], { d }) e");
        assert_eq!(group_end(&tokens, 0), tokens.len() - 1);
    }

    #[test]
    fn only_outer_commas_part() {
        let tokens = tokens("a<b, c>, (d, e), F -> g, ");
        let lengths: Vec<usize> = branches(&tokens).into_iter().map(<[Token]>::len).collect();
        assert_eq!(lengths, [6, 5, 3]);
    }
}
