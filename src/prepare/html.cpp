#include "html.hpp"

#include "amt/base/strings.hpp"

namespace amt {
namespace {

constexpr const char* kStyle = R"(
body { font: 15px/1.45 system-ui, sans-serif; color: #1f2933; background: #fff; max-width: 760px;
       margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.6em; margin-bottom: .2em; }
h2 { font-size: 1.15em; margin: 2em 0 .4em; }
p { margin: .4em 0; }
.note { color: #5f6c7b; font-size: .9em; }
table { border-collapse: collapse; margin: .6em 0; font-variant-numeric: tabular-nums; }
th, td { padding: .2em .9em .2em 0; text-align: right; border-bottom: 1px solid #e4e8ec; }
th { font-weight: 600; }
th:first-child, td:first-child { text-align: left; }
svg { display: block; max-width: 100%; height: auto; }
svg text { font: 11px system-ui, sans-serif; fill: #5f6c7b; }
.grid { stroke: #e4e8ec; }
.back { fill: #bccbd9; }
.front { fill: #2a6f97; }
)";

std::string table_row(const char* tag, const std::vector<std::string>& cells) {
  std::string text = "<tr>";
  for (const std::string& cell : cells) {
    text += str_cat('<', tag, '>', escape_html(cell), "</", tag, '>');
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

std::string html_page(const std::string& title, const std::string& body) {
  return str_cat("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>",
                 escape_html(title), "</title>\n<style>", kStyle, "</style>\n</head>\n<body>\n",
                 body, "</body>\n</html>\n");
}

}  // namespace amt
