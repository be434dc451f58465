//! Lines of a file that is written, and its comments: nothing of a source gets out of them.

/// A file that is being written.
pub(super) struct Out {
    text: String,
    depth: usize,
    /// One level of depth.
    tab: &'static str,
}

impl Out {
    pub(super) fn new(tab: &'static str) -> Out {
        Out { text: String::new(), depth: 0, tab }
    }

    /// A line at the depth of now. An empty one has no spaces.
    pub(super) fn line(&mut self, line: &str) {
        if !line.is_empty() {
            (0..self.depth).for_each(|_| self.text.push_str(self.tab));
        }
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Lines as they are, one level for each of their leading tabs.
    pub(super) fn lines(&mut self, text: &str) {
        for line in text.lines() {
            let rest = line.trim_start_matches('\t');
            let deeper = line.len() - rest.len();
            self.depth += deeper;
            self.line(rest);
            self.depth -= deeper;
        }
    }

    /// A line, and everything deeper until [`Out::close`].
    pub(super) fn open(&mut self, line: &str) {
        self.line(line);
        self.depth += 1;
    }

    pub(super) fn close(&mut self, line: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.line(line);
    }

    /// One level deeper.
    pub(super) fn deeper(&mut self) {
        self.depth += 1;
    }

    /// One level back, without a line.
    pub(super) fn back(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// A line with nothing on it.
    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// How many columns the lines of now begin with.
    pub(super) fn column(&self) -> usize {
        self.depth * self.tab.len()
    }

    pub(super) fn done(self) -> String {
        self.text
    }
}

/// A line of a comment: without what ends a line somewhere, turns the text around, or cannot be seen.
pub(super) fn comment(line: &str) -> String {
    let seen = |c: char| match c {
        '\t' => ' ',
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' => {
            '\u{FFFD}'
        }
        c if c.is_control() => '\u{FFFD}',
        c => c,
    };
    let line: String = line.chars().map(seen).collect();
    line.trim_end().to_owned()
}
