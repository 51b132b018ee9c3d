#include "amt/charts/html.hpp"

#include <fmt/core.h>

namespace amt {
namespace {

/// The beginning of every page, which identifies pages of this program.
constexpr const char* kPageBegin =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"generator\" content=\"amt\">\n";

constexpr const char* kStyle = R"(
:root { color-scheme: light dark; }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--text); background: var(--page);
       max-width: 760px; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.6em; margin-bottom: .2em; }
h2 { font-size: 1.15em; margin: 2em 0 .4em; }
p { margin: .4em 0; }
code { font-size: .93em; overflow-wrap: anywhere; }
.note { color: var(--note); font-size: .9em; }
table { border-collapse: collapse; margin: .6em 0; font-variant-numeric: tabular-nums; }
th, td { padding: .2em .9em .2em 0; text-align: right; border-bottom: 1px solid var(--line); }
td { overflow-wrap: anywhere; }
th { font-weight: 600; }
th:first-child, td:first-child { text-align: left; }
svg { display: block; max-width: 100%; height: auto; }
)";

constexpr const char* kFigureStyle = R"(
:root { --page: #fff; --text: #1f2933; --note: #5f6c7b; --line: #e4e8ec;
        --pale: #bccbd9; --strong: #2a6f97; --second: #c2571a; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14181d; --text: #dde3e9; --note: #98a4b1; --line: #303841;
          --pale: #3d4f60; --strong: #6db3da; --second: #f0955c; }
}
svg text { font: 11px system-ui, sans-serif; fill: var(--note); }
.page { fill: var(--page); }
.grid { stroke: var(--line); }
.back { fill: var(--pale); }
.front { fill: var(--strong); }
.curve { fill: none; stroke: var(--strong); stroke-width: 1.5; stroke-linejoin: round; }
.second { fill: none; stroke: var(--second); stroke-width: 1.5; stroke-linejoin: round; }
.dots { fill: var(--second); }
.level { stroke: var(--note); stroke-width: 1.5; stroke-dasharray: 5 4; }
)";

std::string table_row(const char* tag, const std::vector<std::string>& cells) {
  std::string text = "<tr>";
  for (const std::string& cell : cells) {
    text += fmt::format("<{}>{}</{}>", tag, escape_html(cell), tag);
  }
  return text + "</tr>\n";
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c >= ' ' && c < 0x7F ? c : '?';
    }
  }
  return escaped;
}

std::string html_table(const std::vector<std::string>& header,
                       const std::vector<std::vector<std::string>>& rows) {
  std::string text = "<table>\n";
  if (!header.empty()) text += table_row("th", header);
  for (const std::vector<std::string>& row : rows) text += table_row("td", row);
  return text + "</table>\n";
}

std::string html_section(const std::string& title, const std::string& note,
                         const std::string& content) {
  return fmt::format("<h2>{}</h2>\n<p class=\"note\">{}</p>\n{}", title, note, content);
}

const char* figure_style() { return kFigureStyle; }

bool is_html_page(const std::string& text) { return text.starts_with(kPageBegin); }

std::string html_page(const std::string& title, const std::string& body) {
  return fmt::format(
      "{}<title>{}</title>\n<style>{}{}</style>\n</head>\n<body>\n{}</body>\n</html>\n", kPageBegin,
      escape_html(title), kStyle, kFigureStyle, body);
}

}  // namespace amt
