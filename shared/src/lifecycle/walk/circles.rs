//! Which states lie on a circle with one another.

/// Tarjan's strongly connected components of the nodes that are `within`, without recursion; others are alone. Two
/// nodes are on one circle exactly when they are of one component.
pub(super) fn components<'a>(
    count: usize,
    edges: impl Fn(usize) -> &'a [(usize, bool)],
    within: impl Fn(usize) -> bool,
) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let (mut order, mut low, mut component) = (vec![UNSEEN; count], vec![0; count], vec![UNSEEN; count]);
    let (mut stack, mut seen) = (Vec::new(), 0);
    for root in 0..count {
        if order[root] != UNSEEN || !within(root) {
            continue;
        }
        let mut path = vec![(root, 0)];
        while let Some((at, edge)) = path.pop() {
            if edge == 0 {
                (order[at], low[at]) = (seen, seen);
                seen += 1;
                stack.push(at);
            }
            if let Some((to, _)) = edges(at).get(edge) {
                path.push((at, edge + 1));
                if !within(*to) {
                    continue;
                }
                if order[*to] == UNSEEN {
                    path.push((*to, 0));
                } else if component[*to] == UNSEEN {
                    low[at] = low[at].min(order[*to]);
                }
                continue;
            }
            if low[at] == order[at] {
                while let Some(member) = stack.pop() {
                    component[member] = at;
                    if member == at {
                        break;
                    }
                }
            }
            if let Some((parent, _)) = path.last() {
                low[*parent] = low[*parent].min(low[at]);
            }
        }
    }
    component.iter().enumerate().map(|(at, found)| if *found == UNSEEN { count + at } else { *found }).collect()
}
