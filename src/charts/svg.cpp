#include "svg.hpp"

#include <array>
#include <cmath>
#include <cstdio>

#include "amt/base/strings.hpp"
#include "amt/charts/html.hpp"

namespace amt {
namespace {

std::string svg_element(const char* attributes, double width, double height,
                        const std::string& name, const std::string& content) {
  return str_cat("<svg ", attributes, "viewBox=\"0 0 ", px(width), ' ', px(height), "\" width=\"",
                 std::lround(width), "\" role=\"img\" aria-label=\"", escape_html(name), "\">\n",
                 content, "</svg>\n");
}

constexpr double kMarkWidth = 18, kLetterWidth = 5.6;  // pixels; of the style's 11px letters

std::string legend_mark(const LegendEntry& entry, double x, double y) {
  if (entry.mark == LegendEntry::Mark::kBox) {
    return str_cat("<rect class=\"", entry.style, "\" x=\"", px(x), "\" y=\"", px(y - 9),
                   "\" width=\"", px(kMarkWidth), "\" height=\"10\"/>");
  }
  std::string text =
      str_cat("<line class=\"", entry.style, "\" x1=\"", px(x), "\" x2=\"", px(x + kMarkWidth),
              "\" y1=\"", px(y - 4), "\" y2=\"", px(y - 4), "\"/>");
  if (entry.mark == LegendEntry::Mark::kDottedLine) {
    text += str_cat("<circle class=\"dots\" r=\"2.5\" cx=\"", px(x + kMarkWidth / 2), "\" cy=\"",
                    px(y - 4), "\"/>");
  }
  return text;
}

}  // namespace

std::string px(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

double round_step(double span, int most) {
  const double power = std::pow(10.0, std::floor(std::log10(span / most)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power * most >= span) return factor * power;
  }
  return 10 * power;
}

std::string svg_text(double x, double y, const char* anchor, const std::string& text) {
  return str_cat("<text text-anchor=\"", anchor, "\" x=\"", px(x), "\" y=\"", px(y), "\">",
                 escape_html(text), "</text>\n");
}

std::string svg_axis_name(double x, double y, const std::string& text) {
  return str_cat("<text text-anchor=\"middle\" transform=\"translate(", px(x), ' ', px(y),
                 ") rotate(-90)\">", escape_html(text), "</text>\n");
}

std::string svg_legend(double x, double y, std::span<const LegendEntry> entries) {
  std::string text;
  for (const LegendEntry& entry : entries) {
    text += legend_mark(entry, x, y) + svg_text(x + kMarkWidth + 6, y, "start", entry.name);
    x += kMarkWidth + 26 + kLetterWidth * static_cast<double>(entry.name.size());
  }
  return text;
}

std::string svg_grid_line(double x1, double x2, double y, const std::string& label) {
  return str_cat("<line class=\"grid\" x1=\"", px(x1), "\" x2=\"", px(x2), "\" y1=\"", px(y),
                 "\" y2=\"", px(y), "\"/>", svg_text(x1 - 6, y + 4, "end", label));
}

std::string svg_figure(double width, double height, const std::string& name,
                       const std::string& content) {
  return svg_element("", width, height, name, content);
}

std::string svg_document(double width, double height, const std::string& name,
                         const std::string& content) {
  return svg_element("xmlns=\"http://www.w3.org/2000/svg\" ", width, height, name,
                     str_cat("<style>", figure_style(), "</style>\n<rect class=\"page\" width=\"",
                             px(width), "\" height=\"", px(height), "\"/>\n", content));
}

}  // namespace amt
