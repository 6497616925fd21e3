//! Boxes, choices and downloads of a page.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::{Browser, PATIENCE, quoted};
use crate::support::wait_for;

impl Browser {
    /// Chooses an option, by what it says, in the one visible choice of that id, name or label.
    #[track_caller]
    pub(crate) fn choose(&self, called: &str, option: &str) {
        let field = self.only("body", &labelled("select", called));
        self.run(|_client| async { field.select_by_label(option).await });
    }

    /// Ticks the one visible box or radio button of that label, or takes the tick of a box away.
    #[track_caller]
    pub(crate) fn tick(&self, label: &str, is_on: bool) {
        let field = self.only("body", &labelled("input", label));
        self.run(|_client| async {
            if field.is_selected().await? != is_on {
                field.click().await?;
            }
            Ok(())
        });
    }

    /// Ticks the one visible box of this value.
    #[track_caller]
    pub(crate) fn tick_value(&self, value: &str) {
        let field = self.only("body", &format!(".//input[@value={}]", quoted(value)));
        self.run(|_client| async move { field.click().await });
    }

    /// Fills the field of this id, of which there is one at most.
    #[track_caller]
    pub(crate) fn fill_id(&self, id: &str, value: &str) {
        let field = self.only("body", &format!(".//*[@id={}]", quoted(id)));
        self.run(|_client| async {
            field.clear().await?;
            field.send_keys(value).await
        });
    }

    /// Has downloads saved in a folder from now on.
    pub(crate) fn save_downloads_in(&self, folder: &Path) {
        let parameters = json!({ "behavior": "allow", "downloadPath": folder });
        self.devtools("Browser.setDownloadBehavior", &parameters);
    }

    /// The text of the file that a download saves under this name.
    #[track_caller]
    pub(crate) fn downloaded(&self, file: &Path) -> String {
        let text = wait_for(PATIENCE, || fs::read_to_string(file).ok().filter(|text| !text.is_empty()));
        text.unwrap_or_else(|| panic!("{} is not downloaded", file.display()))
    }
}

/// The path of an element by its id, its name, or its label.
fn labelled(element: &str, called: &str) -> String {
    let wanted = quoted(called);
    let label = format!("label[normalize-space(.)={wanted}]");
    format!(".//{element}[@id={wanted} or @name={wanted} or @id=//{label}/@for or ancestor::{label}]")
}
