// Helpers of the SVG charts: coordinates as text, labels, legends, grid lines, round steps.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace amt {

/// Colours for the series of a chart, distinguishable on white and on black.
inline constexpr std::array<const char*, 12> kSvgColours = {
    "#3182bd", "#e6701e", "#31a354", "#c23b75", "#8c6bb1", "#b58900",
    "#1b9e9e", "#d6453d", "#6b8e23", "#5468d4", "#a0673a", "#d16ba5"};

/// A length in pixels, rounded to a tenth.
std::string px(double value);

/// Returns a step of 1, 2 or 5 times a power of ten such that at most `most` steps cover `span`
/// (above 0).
double round_step(double span, int most);

/// `anchor` (start, middle or end) is the part of the text at x. The text is escaped here.
std::string svg_text(double x, double y, const char* anchor, const std::string& text);

/// Returns the approximate width of a text in pixels.
double svg_text_width(const std::string& text);

/// Draws the name of a vertical axis: `text` written upwards, centred at (x, y).
std::string svg_axis_name(double x, double y, const std::string& text);

/// An entry of a chart's legend.
struct LegendEntry {
  enum class Mark : std::uint8_t { kBox, kLine, kDottedLine };
  Mark mark;
  const char* style;  ///< a class of figure_style()
  std::string name;
  const char* colour = nullptr;  ///< overrides the class's colour; for lines
};

/// Marks and names side by side, starting at x, on one line of text at y.
std::string svg_legend(double x, double y, std::span<const LegendEntry> entries);

/// Draws a horizontal grid line from x1 to x2 with its label on the left.
std::string svg_grid_line(double x1, double x2, double y, const std::string& label);

/// Creates an <svg> element around `content`, which is `width` x `height` pixels, for a page of
/// html_page(). `name` is read out by screen readers.
std::string svg_figure(double width, double height, const std::string& name,
                       const std::string& content);

/// As above, but a complete SVG file, with the style and the background of html_page().
std::string svg_document(double width, double height, const std::string& name,
                         const std::string& content);

}  // namespace amt
