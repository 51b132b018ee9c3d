// Building blocks of the HTML reports.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace amt {

/// Escapes &, <, > and quotes, and replaces everything that is not printable ASCII by '?', because
/// system messages may be in any encoding.
std::string escape_html(std::string_view text);

/// Returns a table of text cells, which are escaped here. The first column is left-aligned, the
/// others right-aligned. `header` may be empty.
std::string html_table(const std::vector<std::string>& header,
                       const std::vector<std::vector<std::string>>& rows);

/// Returns a heading, a note in small grey letters, and the content. All three are HTML.
std::string html_section(const std::string& title, const std::string& note,
                         const std::string& content);

/// Returns the CSS of charts, for light and dark screens. html_page() includes it; a standalone SVG
/// file needs it too.
const char* figure_style();

/// Returns a complete page around `body`, with the styles of all its parts. Uses no external files.
std::string html_page(const std::string& title, const std::string& body);

/// Returns whether html_page() created this text.
bool is_html_page(const std::string& text);

}  // namespace amt
