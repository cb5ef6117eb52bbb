//! Where resolving meets templates and layouts.

pub use crate::template::{Fault, Variables, render_command, render_text};

use crate::layout::{Rules, minimum, parse};
use crate::workspace::{Layout, Size};

/// What is wrong with a layout string.
pub fn raw_layout(text: &str) -> Result<(), Fault> {
    let fault =
        |fault: crate::layout::LayoutFault| Fault { range: fault.range, message: fault.message, help: None };
    parse(text).map(drop).map_err(fault)
}

/// The smallest window that has room for `panes` panes.
pub fn least(layout: &Layout, panes: usize) -> Option<Size> {
    minimum(layout, panes, &Rules::default()).ok()
}
