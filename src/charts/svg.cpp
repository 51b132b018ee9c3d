#include "svg.hpp"

#include <fmt/core.h>

#include <cmath>

#include "amt/charts/html.hpp"

namespace amt {
namespace {

std::string svg_element(const char* attributes, double width, double height,
                        const std::string& name, const std::string& content) {
  return fmt::format(
      "<svg {}viewBox=\"0 0 {} {}\" width=\"{}\" role=\"img\" aria-label=\"{}\">\n{}</svg>\n",
      attributes, px(width), px(height), std::lround(width), escape_html(name), content);
}

constexpr double kMarkWidth = 18, kLetterWidth = 5.6;  // pixels, for the style's 11px letters

std::string legend_mark(const LegendEntry& entry, double x, double y) {
  if (entry.mark == LegendEntry::Mark::kBox) {
    return fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"10\"/>",
                       entry.style, px(x), px(y - 9), px(kMarkWidth));
  }
  const std::string colour =
      entry.colour == nullptr ? "" : fmt::format(" style=\"stroke: {}\"", entry.colour);
  std::string text =
      fmt::format("<line class=\"{}\"{} x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>", entry.style,
                  colour, px(x), px(x + kMarkWidth), px(y - 4), px(y - 4));
  if (entry.mark == LegendEntry::Mark::kDottedLine) {
    text += fmt::format("<circle class=\"dots\" r=\"2.5\" cx=\"{}\" cy=\"{}\"/>",
                        px(x + kMarkWidth / 2), px(y - 4));
  }
  return text;
}

}  // namespace

std::string px(double value) { return fmt::format("{:.1f}", value); }

double round_step(double span, int most) {
  const double power = std::pow(10.0, std::floor(std::log10(span / most)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power * most >= span) return factor * power;
  }
  return 10 * power;
}

std::string svg_text(double x, double y, const char* anchor, const std::string& text) {
  return fmt::format("<text text-anchor=\"{}\" x=\"{}\" y=\"{}\">{}</text>\n", anchor, px(x), px(y),
                     escape_html(text));
}

double svg_text_width(const std::string& text) {
  return kLetterWidth * static_cast<double>(text.size());
}

std::string svg_axis_name(double x, double y, const std::string& text) {
  return fmt::format(
      "<text text-anchor=\"middle\" transform=\"translate({} {}) rotate(-90)\">{}</text>\n", px(x),
      px(y), escape_html(text));
}

std::string svg_legend(double x, double y, std::span<const LegendEntry> entries) {
  std::string text;
  for (const LegendEntry& entry : entries) {
    text += legend_mark(entry, x, y) + svg_text(x + kMarkWidth + 6, y, "start", entry.name);
    x += kMarkWidth + 26 + svg_text_width(entry.name);
  }
  return text;
}

std::string svg_grid_line(double x1, double x2, double y, const std::string& label) {
  return fmt::format("<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>{}", px(x1),
                     px(x2), px(y), px(y), svg_text(x1 - 6, y + 4, "end", label));
}

std::string svg_figure(double width, double height, const std::string& name,
                       const std::string& content) {
  return svg_element("", width, height, name, content);
}

std::string svg_document(double width, double height, const std::string& name,
                         const std::string& content) {
  return svg_element(
      "xmlns=\"http://www.w3.org/2000/svg\" ", width, height, name,
      fmt::format("<style>{}</style>\n<rect class=\"page\" width=\"{}\" height=\"{}\"/>\n{}",
                  figure_style(), px(width), px(height), content));
}

}  // namespace amt
