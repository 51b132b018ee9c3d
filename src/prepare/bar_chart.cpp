#include "bar_chart.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "amt/base/strings.hpp"
#include "html.hpp"

namespace amt {
namespace {

// Pixels.
constexpr double kWidth = 760, kLeft = 64, kRight = 16, kTop = 10, kPlotHeight = 170, kBelow = 24;
constexpr double kFloor = kTop + kPlotHeight;
constexpr std::uint32_t kMostLines = 5;

std::string px(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

/// 1, 2 or 5 times a power of ten, such that few lines reach `top`.
std::uint64_t step_of(std::uint64_t top) {
  for (std::uint64_t power = 1;; power *= 10) {
    for (const std::uint64_t factor : {1, 2, 5}) {
      if (factor * power * kMostLines >= top) return factor * power;
    }
  }
}

class Drawing {
 public:
  explicit Drawing(const BarChart& chart) : chart_(chart) {
    std::uint64_t top = std::ranges::max(chart.front);
    if (!chart.back.empty()) top = std::max<std::uint64_t>(top, std::ranges::max(chart.back));
    step_ = step_of(std::max<std::uint64_t>(1, top));
    ceiling_ = std::max<std::uint64_t>(1, (top + step_ - 1) / step_) * step_;
    pitch_ = (kWidth - kLeft - kRight) / static_cast<double>(chart.front.size());
  }

  std::string svg() const {
    std::string text = str_cat("<svg viewBox=\"0 0 ", px(kWidth), ' ', px(kFloor + kBelow),
                               "\" width=\"760\" role=\"img\">\n", grid());
    if (!chart_.back.empty()) text += bars(chart_.back, "back", pitch_ > 10 ? 1 : 0.5);
    text += bars(chart_.front, "front", chart_.back.empty() ? (pitch_ > 10 ? 1 : 0.5) : pitch_ / 5);
    return text + labels() + "</svg>\n";
  }

 private:
  double height(std::uint64_t value) const {
    return kPlotHeight * static_cast<double>(value) / static_cast<double>(ceiling_);
  }
  double left_of(std::size_t bar) const { return kLeft + pitch_ * static_cast<double>(bar); }

  std::string grid() const {
    std::string text;
    for (std::uint64_t value = 0; value <= ceiling_; value += step_) {
      const std::string y = px(kFloor - height(value));
      text += str_cat("<line class=\"grid\" x1=\"", px(kLeft), "\" x2=\"", px(kWidth - kRight),
                      "\" y1=\"", y, "\" y2=\"", y, "\"/><text text-anchor=\"end\" x=\"",
                      px(kLeft - 6), "\" y=\"", px(kFloor - height(value) + 4), "\">",
                      format_count(value), "</text>\n");
    }
    return text;
  }

  /// `margin`: pixels between a bar and the side of its place.
  std::string bars(const std::vector<std::uint32_t>& values, const char* style,
                   double margin) const {
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] == 0) continue;
      text += str_cat("<rect class=\"", style, "\" x=\"", px(left_of(i) + margin), "\" y=\"",
                      px(kFloor - height(values[i])), "\" width=\"", px(pitch_ - 2 * margin),
                      "\" height=\"", px(height(values[i])), "\"><title>",
                      escape_html(chart_.names[i]), ": ", format_count(values[i]), ' ',
                      escape_html(chart_.unit), "</title></rect>\n");
    }
    return text;
  }

  std::string labels() const {
    std::string text;
    for (std::size_t i = 0; i < chart_.labels.size(); ++i) {
      if (chart_.labels[i].empty()) continue;
      const double x = left_of(i) + (chart_.labels_at_edges ? 0 : pitch_ / 2);
      text += str_cat("<text text-anchor=\"middle\" x=\"", px(x), "\" y=\"", px(kFloor + 16), "\">",
                      escape_html(chart_.labels[i]), "</text>\n");
    }
    return text;
  }

  const BarChart& chart_;
  std::uint64_t step_ = 1;     // between lines
  std::uint64_t ceiling_ = 1;  // the value at the top
  double pitch_ = 1;           // pixels from bar to bar
};

}  // namespace

std::string bar_chart_svg(const BarChart& chart) { return Drawing(chart).svg(); }

}  // namespace amt
