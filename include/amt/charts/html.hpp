// Building blocks of the HTML reports.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace amt {

/// Text with &, <, > and quotes as entities, and what is not printable ASCII as '?': a system's
/// message may be in any encoding.
std::string escape_html(std::string_view text);

/// A table of text cells, escaped here. The first column is to the left, the others to the right.
/// `header` may be empty.
std::string html_table(const std::vector<std::string>& header,
                       const std::vector<std::vector<std::string>>& rows);

/// A heading, a note in small grey letters and what they are about. All three are HTML.
std::string html_section(const std::string& title, const std::string& note,
                         const std::string& content);

/// The style of figures, for light and dark screens: what html_page has and a standalone SVG
/// needs.
const char* figure_style();

/// A whole page around `body`, with the style of all its parts. Refers to nothing outside.
std::string html_page(const std::string& title, const std::string& body);

/// Whether html_page() made this text.
bool is_html_page(const std::string& text);

}  // namespace amt
