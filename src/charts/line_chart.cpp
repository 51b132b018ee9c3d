#include "amt/charts/line_chart.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "amt/base/strings.hpp"
#include "svg.hpp"

namespace amt {
namespace {

using Bins = std::vector<Curve::Bin>;

// Lengths in pixels.
constexpr double kWidth = 760, kLeft = 64, kRight = 16, kTop = 10, kPlotHeight = 190, kBelow = 38;
constexpr double kTitleHeight = 26;
constexpr int kLinesAcross = 5, kLabelsBelow = 8;
constexpr std::size_t kMostDots = 64;

std::string axis_label(double value) {
  if (value >= 1e6) return fmt::format("{:.6g}M", value / 1e6);
  if (value >= 1000) return format_count(std::llround(value));
  return fmt::format("{:.4g}", value);
}

std::vector<double> round_values(double low, double high, int most) {
  const double step = round_step(high - low, most);
  std::vector<double> values;
  for (double i = std::ceil(low / step - 1e-9) + 0.0; i * step <= high * (1 + 1e-9); ++i) {
    values.push_back(i * step);
  }
  return values;
}

/// Returns grid values within [low, high], which are above 0: 1, 2, 3, 5 and 7 times every power of
/// ten, or fewer.
std::vector<double> logarithmic_values(double low, double high) {
  if (high < 3 * low) return round_values(low, high, kLinesAcross);
  std::vector<double> values;
  for (const std::vector<double>& factors :
       {std::vector<double>{1, 2, 3, 5, 7}, std::vector<double>{1, 3}, std::vector<double>{1}}) {
    values.clear();
    for (double power = std::floor(std::log10(low)); power <= std::log10(high); ++power) {
      for (const double factor : factors) values.push_back(factor * std::pow(10.0, power));
    }
    std::erase_if(values, [&](double value) { return value < low || value > high; });
    if (values.size() <= 7) break;
  }
  return values;
}

class Drawing {
 public:
  Drawing(const LineChart& chart, double top)
      : chart_(chart), floor_(top + kPlotHeight), first_(bins_of(chart.curve)) {
    second_ = bins_of(chart.second);
    for (const NamedCurve& named : chart.more) more_.push_back(bins_of(named.curve));
    include(first_);
    include(second_);
    for (const Bins& bins : more_) include(bins);
    if (has_level()) {
      low_ = std::min(low_, *chart.level);
      high_ = std::max(high_, *chart.level);
    }
    if (chart.axis == Axis::kFromZero) low_ = 0;
    if (high_ <= low_) high_ = low_ > 0 ? low_ * 1.1 : 1;
  }

  bool empty() const {
    return first_.empty() && second_.empty() &&
           std::ranges::all_of(more_, [](const Bins& bins) { return bins.empty(); });
  }
  double height() const { return floor_ + kBelow; }

  std::string content() const {
    std::string text = grid();
    if (!first_.empty()) text += band(first_);
    if (has_level()) text += level();
    if (!first_.empty()) text += line(first_, "curve", "front");
    if (!second_.empty()) text += line(second_, "second", "dots");
    for (std::size_t i = 0; i < more_.size(); ++i) text += coloured_line(more_[i], colour(i));
    return text + legend();
  }

 private:
  void include(const Bins& bins) {
    for (const Curve::Bin& bin : bins) {
      low_ = std::min(low_, bin.lowest);
      high_ = std::max(high_, bin.highest);
      last_step_ = std::max(last_step_, bin.step());
    }
  }

  static const char* colour(std::size_t i) { return kSvgColours[i % kSvgColours.size()]; }

  bool has_level() const {
    return chart_.level && std::isfinite(*chart_.level) && *chart_.level > 0 && !empty();
  }

  Bins bins_of(const Curve* curve) const {
    if (curve == nullptr) return {};
    Bins bins = curve->bins();
    if (chart_.axis == Axis::kLogarithmic) {
      std::erase_if(bins, [](const Curve::Bin& bin) { return bin.lowest <= 0; });
    }
    return bins;
  }

  double x(double step) const {
    return kLeft + (kWidth - kLeft - kRight) * step / std::max(1.0, last_step_);
  }
  double y(double value) const {
    const double share = chart_.axis == Axis::kLogarithmic
                             ? std::log(value / low_) / std::log(high_ / low_)
                             : (value - low_) / (high_ - low_);
    return floor_ - kPlotHeight * share;
  }

  std::string grid() const {
    std::string text;
    for (const double value : chart_.axis == Axis::kLogarithmic
                                  ? logarithmic_values(low_, high_)
                                  : round_values(low_, high_, kLinesAcross)) {
      text += svg_grid_line(kLeft, kWidth - kRight, y(value), axis_label(value));
    }
    for (const double step : round_values(0, std::max(1.0, last_step_), kLabelsBelow)) {
      if (step != std::floor(step)) continue;
      text += svg_text(x(step), floor_ + 16, "middle", format_count(std::llround(step)));
    }
    return text + svg_text(kWidth - kRight, floor_ + 32, "end", chart_.steps_name) +
           svg_axis_name(11, floor_ - kPlotHeight / 2, chart_.name);
  }

  std::string level() const {
    const std::string height = px(y(*chart_.level));
    return fmt::format("<line class=\"level\" x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>\n",
                       px(kLeft), px(kWidth - kRight), height, height);
  }

  std::string legend() const {
    using Mark = LegendEntry::Mark;
    std::vector<LegendEntry> entries;
    if (!first_.empty()) entries.push_back({Mark::kLine, "curve", chart_.curve_name});
    if (!second_.empty()) entries.push_back({Mark::kDottedLine, "second", chart_.second_name});
    if (has_level()) entries.push_back({Mark::kLine, "level", chart_.level_name});
    for (std::size_t i = 0; i < more_.size(); ++i) {
      entries.push_back({Mark::kLine, "curve", chart_.more[i].name, colour(i)});
    }
    return entries.size() == 1 && more_.empty() ? "" : svg_legend(kLeft, floor_ + 32, entries);
  }

  /// Returns the points of a curve: "x,y x,y ...".
  std::string points(const Bins& bins,
                     const std::function<double(const Curve::Bin&)>& value) const {
    std::string text;
    for (const Curve::Bin& bin : bins) text += px(x(bin.step())) + ',' + px(y(value(bin))) + ' ';
    return text;
  }

  std::string band(const Bins& bins) const {
    const Bins back(bins.rbegin(), bins.rend());
    return fmt::format("<polygon class=\"back\" points=\"{}{}\"/>\n",
                       points(bins, [](const Curve::Bin& bin) { return bin.highest; }),
                       points(back, [](const Curve::Bin& bin) { return bin.lowest; }));
  }

  std::string line(const Bins& bins, const char* style, const char* dot_style) const {
    std::string text = fmt::format("<polyline class=\"{}\" points=\"{}\"/>\n", style,
                                   points(bins, [](const Curve::Bin& bin) { return bin.value(); }));
    const bool dotted = &bins == &second_ ? bins.size() <= kMostDots : bins.size() == 1;
    if (!dotted) return text;
    for (const Curve::Bin& bin : bins) {
      text += fmt::format("<circle class=\"{}\" r=\"2.5\" cx=\"{}\" cy=\"{}\"/>\n", dot_style,
                          px(x(bin.step())), px(y(bin.value())));
    }
    return text;
  }

  std::string coloured_line(const Bins& bins, const char* colour) const {
    std::string text =
        fmt::format("<polyline class=\"curve\" style=\"stroke: {}\" points=\"{}\"/>\n", colour,
                    points(bins, [](const Curve::Bin& bin) { return bin.value(); }));
    if (bins.size() > kMostDots) return text;
    for (const Curve::Bin& bin : bins) {
      text += fmt::format("<circle fill=\"{}\" r=\"2.5\" cx=\"{}\" cy=\"{}\"/>\n", colour,
                          px(x(bin.step())), px(y(bin.value())));
    }
    return text;
  }

  const LineChart& chart_;
  double floor_;
  Bins first_, second_;
  std::vector<Bins> more_;
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
  double last_step_ = 0;
};

}  // namespace

std::string line_chart_figure(const LineChart& chart) {
  const Drawing drawing(chart, kTop);
  return drawing.empty() ? "" : svg_figure(kWidth, drawing.height(), chart.name, drawing.content());
}

std::string line_chart_document(const LineChart& chart, const std::string& title) {
  const Drawing drawing(chart, kTop + kTitleHeight);
  return svg_document(kWidth, drawing.height(), title,
                      svg_text(kLeft, kTitleHeight - 6, "start", title) +
                          (drawing.empty() ? "" : drawing.content()));
}

}  // namespace amt
