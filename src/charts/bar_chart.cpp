#include "amt/charts/bar_chart.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "amt/base/strings.hpp"
#include "amt/charts/html.hpp"
#include "svg.hpp"

namespace amt {
namespace {

// Lengths in pixels.
constexpr double kWidth = 760, kLeft = 64, kRight = 16, kTop = 10, kPlotHeight = 170, kBelow = 42;
constexpr double kFloor = kTop + kPlotHeight;
constexpr int kMostLines = 5;

class Drawing {
 public:
  explicit Drawing(const BarChart& chart) : chart_(chart) {
    std::uint64_t top = std::ranges::max(chart.front);
    if (!chart.back.empty()) top = std::max<std::uint64_t>(top, std::ranges::max(chart.back));
    top = std::max<std::uint64_t>(1, top);
    step_ =
        std::max<std::uint64_t>(1, std::llround(round_step(static_cast<double>(top), kMostLines)));
    ceiling_ = (top + step_ - 1) / step_ * step_;
    pitch_ = (kWidth - kLeft - kRight) / static_cast<double>(chart.front.size());
  }

  std::string svg() const {
    std::string text = grid();
    if (!chart_.back.empty()) text += bars(chart_.back, "back", pitch_ > 10 ? 1 : 0.5);
    text += bars(chart_.front, "front", chart_.back.empty() ? (pitch_ > 10 ? 1 : 0.5) : pitch_ / 5);
    return svg_figure(kWidth, kFloor + kBelow, fmt::format("{} by {}", chart_.unit, chart_.axis),
                      text + labels() + names());
  }

 private:
  double height(std::uint64_t value) const {
    return kPlotHeight * static_cast<double>(value) / static_cast<double>(ceiling_);
  }
  double left_of(std::size_t bar) const { return kLeft + pitch_ * static_cast<double>(bar); }

  std::string grid() const {
    std::string text;
    for (std::uint64_t value = 0; value <= ceiling_; value += step_) {
      text += svg_grid_line(kLeft, kWidth - kRight, kFloor - height(value), format_count(value));
    }
    return text;
  }

  /// `margin` is the space in pixels between a bar and the side of its slot.
  std::string bars(const std::vector<std::uint32_t>& values, const char* style,
                   double margin) const {
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] == 0) continue;
      text += fmt::format(
          "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"><title>{}: {} "
          "{}</title></rect>\n",
          style, px(left_of(i) + margin), px(kFloor - height(values[i])), px(pitch_ - 2 * margin),
          px(height(values[i])), escape_html(chart_.names[i]), format_count(values[i]),
          escape_html(chart_.unit));
    }
    return text;
  }

  std::string labels() const {
    std::string text;
    for (std::size_t i = 0; i < chart_.labels.size(); ++i) {
      if (chart_.labels[i].empty()) continue;
      const double x = left_of(i) + (chart_.labels_at_edges ? 0 : pitch_ / 2);
      text += svg_text(x, kFloor + 16, "middle", chart_.labels[i]);
    }
    return text;
  }

  /// Draws the names of both axes, and the legend.
  std::string names() const {
    const std::string axes = svg_axis_name(11, kFloor - kPlotHeight / 2, chart_.unit) +
                             svg_text(kWidth - kRight, kFloor + 34, "end", chart_.axis);
    if (chart_.back.empty()) return axes;
    const std::array legend = {LegendEntry{LegendEntry::Mark::kBox, "back", chart_.back_name},
                               LegendEntry{LegendEntry::Mark::kBox, "front", chart_.front_name}};
    return axes + svg_legend(kLeft, kFloor + 34, legend);
  }

  const BarChart& chart_;
  std::uint64_t step_ = 1;     // between grid lines
  std::uint64_t ceiling_ = 1;  // value at the top of the y axis
  double pitch_ = 1;           // pixels from bar to bar
};

}  // namespace

std::string bar_chart_svg(const BarChart& chart) { return Drawing(chart).svg(); }

}  // namespace amt
