//! Where the panes of a window stand.

use serde_json::Value;

use crate::layout::Area;
use crate::snapshot::LiveWindow;

/// The places of a window's panes, in their order: also of those behind one that is zoomed.
pub(super) fn areas(live: &LiveWindow) -> Vec<Area> {
    let known = match serde_json::from_str(&live.layout) {
        Ok(tree) => of_tree(&tree),
        Err(_) => of_text(&live.layout),
    };
    let areas = live.panes.iter().map(|pane| {
        let known = known.iter().find(|(id, _)| *id == pane.id).map(|(_, area)| *area);
        let shown =
            || pane.shown.map(|shown| Area { x: shown.left, y: shown.top, ..Area::window(shown.size) });
        known.or_else(shown).unwrap_or(Area::window(live.size))
    });
    areas.collect()
}

/// The panes of a layout string, as tmux prints it before 3.8: `WIDTHxHEIGHT,X,Y,ID` each, where what is parted
/// has no id.
fn of_text(text: &str) -> Vec<(String, Area)> {
    let mut panes = Vec::new();
    for group in text.split(['{', '}', '[', ']']) {
        let fields: Vec<&str> = group.split(',').collect();
        for four in fields.windows(4) {
            let [size, x, y, id] = four else { continue };
            let Some((width, height)) = size.split_once('x') else { continue };
            let number = |text: &str| text.parse::<u16>().ok();
            let (Some(x), Some(y)) = (number(x), number(y)) else { continue };
            let (Some(width), Some(height)) = (number(width), number(height)) else { continue };
            if id.parse::<u32>().is_ok() {
                panes.push((format!("%{id}"), Area { x, y, width, height }));
            }
        }
    }
    panes
}

/// The panes of a layout as tmux prints it from 3.8 on.
fn of_tree(tree: &Value) -> Vec<(String, Area)> {
    let mut panes = Vec::new();
    let mut cells = vec![&tree["L"]];
    while let Some(cell) = cells.pop() {
        cells.extend(cell["c"].as_array().into_iter().flatten());
        let number = |name: &str| cell[name].as_u64().and_then(|number| u16::try_from(number).ok());
        if let (Some(id), Some(x), Some(y), Some(width), Some(height)) =
            (cell["I"].as_str(), number("x"), number("y"), number("w"), number("h"))
        {
            panes.push((id.to_owned(), Area { x, y, width, height }));
        }
    }
    panes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tmux_says_where_panes_stand() {
        let text = "b05b,80x24,0,0[80x12,0,0,0,80x11,0,13{40x11,0,13,7,39x11,41,13,2}]";
        let tree = r#"{"V":2,"L":{"t":"v","w":80,"h":24,"x":0,"y":0,"c":[
            {"t":"p","w":80,"h":12,"x":0,"y":0,"l":1,"i":0,"I":"%0"},{"t":"h","w":80,"h":11,"x":0,"y":13,"c":[
            {"t":"p","w":40,"h":11,"x":0,"y":13,"l":0,"i":1,"I":"%7"},
            {"t":"p","w":39,"h":11,"x":41,"y":13,"a":true,"i":2,"I":"%2"}]}]}}"#;
        let area = |x, y, width, height| Area { x, y, width, height };
        let wanted = [("%0", area(0, 0, 80, 12)), ("%2", area(41, 13, 39, 11)), ("%7", area(0, 13, 40, 11))];
        for mut found in [of_text(text), of_tree(&serde_json::from_str(tree).unwrap())] {
            found.sort_by(|one, other| one.0.cmp(&other.0));
            assert_eq!(found, wanted.map(|(id, area)| (id.to_owned(), area)));
        }
        assert_eq!(of_text("b25d,80x24,0,0,3"), [("%3".to_owned(), area(0, 0, 80, 24))]);
        assert_eq!(of_text(""), []);
        assert_eq!(of_tree(&Value::from(7)), []);
    }
}
