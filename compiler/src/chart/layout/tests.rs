//! Law: whatever is connected with whatever, cards do not overlap, and arrows run level or upright from their line to
//! their card and over none.

use super::{Link, Placed, Point, Size, Style, place};

const STYLE: Style = Style { width: 300.0, entry: 19.0 };

/// Numbers that look like chance and are always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % n.max(1)
    }
}

fn cards(dice: &mut Dice, count: usize) -> Vec<Size> {
    (0..count)
        .map(|_| Size { height: 80.0 + 20.0 * f64::from(u32::try_from(dice.below(25)).unwrap_or(0)) })
        .collect()
}

fn link(dice: &mut Dice, sizes: &[Size], from: usize, to: usize) -> Link {
    let lines = sizes.get(from).map_or(0.0, |size| size.height) / 20.0 - 3.0;
    let line = f64::from(u32::try_from(dice.below(lines as usize)).unwrap_or(0));
    Link { from, to, port: 50.0 + 20.0 * line }
}

/// What is wrong with a picture.
fn faults(sizes: &[Size], links: &[Link], placed: &Placed) -> Vec<String> {
    let mut faults = Vec::new();
    let boxes: Vec<(Point, f64)> =
        placed.cards.iter().copied().zip(sizes.iter().map(|size| size.height)).collect();
    let inside = |(corner, height): (Point, f64), low: Point, high: Point| {
        low.x < corner.x + STYLE.width - 0.01
            && high.x > corner.x + 0.01
            && low.y < corner.y + height - 0.01
            && high.y > corner.y + 0.01
    };
    for (n, card) in boxes.iter().enumerate() {
        let high = Point { x: card.0.x + STYLE.width, y: card.0.y + card.1 };
        if card.0.x < 0.0 || card.0.y < 0.0 || high.x > placed.width || high.y > placed.height {
            faults.push(format!("card {n} stands outside"));
        }
        for (m, other) in boxes.iter().enumerate().take(n) {
            if inside(*other, card.0, high) {
                faults.push(format!("cards {m} and {n} overlap"));
            }
        }
    }
    for (n, (link, points)) in links.iter().zip(&placed.links).enumerate() {
        let (Some(first), Some(last)) = (points.first(), points.last()) else {
            faults.push(format!("arrow {n} is not drawn"));
            continue;
        };
        let touches = |card: usize, offset: f64, point: &Point| {
            boxes.get(card).is_some_and(|(corner, _)| {
                (corner.y + offset - point.y).abs() < 0.6
                    && ((corner.x - point.x).abs() < 0.1 || (corner.x + STYLE.width - point.x).abs() < 0.1)
            })
        };
        if !touches(link.from, link.port, first) || !touches(link.to, STYLE.entry, last) {
            faults.push(format!("arrow {n} hangs in the air"));
        }
        for pair in points.windows(2) {
            let [a, b] = pair else { continue };
            if (a.x - b.x).abs() > 0.6 && (a.y - b.y).abs() > 0.6 {
                faults.push(format!("arrow {n} is slanting"));
            }
            let low = Point { x: a.x.min(b.x), y: a.y.min(b.y) };
            let high = Point { x: a.x.max(b.x), y: a.y.max(b.y) };
            faults.extend(
                boxes
                    .iter()
                    .enumerate()
                    .filter(|(_, card)| inside(**card, low, high))
                    .map(|(m, _)| format!("arrow {n} runs over card {m}")),
            );
            if low.x < -0.1 || high.x > placed.width + 0.1 || low.y < -0.1 || high.y > placed.height + 0.1 {
                faults.push(format!("arrow {n} leaves the picture"));
            }
        }
    }
    faults
}

#[track_caller]
fn holds(sizes: &[Size], links: &[Link]) -> Placed {
    let placed = place(sizes, links, STYLE);
    let faults = faults(sizes, links, &placed);
    assert!(
        faults.is_empty(),
        "{} cards, {} arrows: {:?}",
        sizes.len(),
        links.len(),
        faults.get(..9).unwrap_or(&faults)
    );
    placed
}

#[test]
fn nothing_and_little() {
    assert!(place(&[], &[], STYLE).cards.is_empty());
    let one = [Size { height: 100.0 }];
    holds(&one, &[]);
    holds(&one, &[Link { from: 0, to: 0, port: 60.0 }]);
    let two = [Size { height: 100.0 }, Size { height: 400.0 }];
    holds(&two, &[]);
    holds(&two, &[Link { from: 0, to: 1, port: 60.0 }, Link { from: 1, to: 0, port: 300.0 }]);
    holds(&two, &[Link { from: 0, to: 1, port: 60.0 }, Link { from: 0, to: 1, port: 80.0 }]);
}

#[test]
fn anything_connected_with_anything() {
    let mut dice = Dice(7);
    for round in 0..60 {
        let count = 1 + dice.below(40);
        let sizes = cards(&mut dice, count);
        let arrows = dice.below(4 * count);
        let links: Vec<Link> = (0..arrows)
            .map(|_| {
                let (from, to) = (dice.below(count), dice.below(count));
                // Some rounds are conversations, which go on more often than back.
                let to = if round % 2 == 0 { to } else { (from + 1 + dice.below(3)).min(count - 1) };
                link(&mut dice, &sizes, from, to)
            })
            .collect();
        holds(&sizes, &links);
    }
}

#[test]
fn long_conversations_are_folded_into_rows() {
    let mut dice = Dice(3);
    let sizes = cards(&mut dice, 200);
    let mut links = Vec::new();
    for from in 0..199 {
        links.push(link(&mut dice, &sizes, from, from + 1));
        links.push(link(
            &mut dice,
            &sizes,
            from,
            if from % 3 == 0 { 199 } else { from.saturating_sub(from % 7) },
        ));
    }
    let placed = holds(&sizes, &links);
    let rows: std::collections::BTreeSet<i64> =
        placed.links.iter().flatten().filter(|point| point.x < 50.0).map(|point| point.y as i64).collect();
    assert!(rows.len() > 3 && placed.width < 4.0 * placed.height, "{} x {}", placed.width, placed.height);
}

#[test]
fn the_same_picture_every_time() {
    let mut dice = Dice(11);
    let sizes = cards(&mut dice, 60);
    let links: Vec<Link> = (0..150)
        .map(|_| {
            let (from, to) = (dice.below(60), dice.below(60));
            link(&mut dice, &sizes, from, to)
        })
        .collect();
    let first = format!("{:?}", place(&sizes, &links, STYLE));
    assert_eq!(first, format!("{:?}", place(&sizes, &links, STYLE)));
}

#[test]
fn too_many_arrows_are_not_all_drawn() {
    let mut dice = Dice(5);
    let sizes = cards(&mut dice, 400);
    let chain = (0..399).map(|from| (from, from + 1));
    let long = (0..399).flat_map(|from| (0..400).map(move |to| (from, to)));
    let links: Vec<Link> = chain.chain(long).map(|(from, to)| Link { from, to, port: 50.0 }).collect();
    let placed = place(&sizes, &links, STYLE);
    let drawn = placed.links.iter().filter(|points| !points.is_empty()).count();
    assert!(drawn >= 399 && drawn < links.len(), "{drawn} of {}", links.len());
}
