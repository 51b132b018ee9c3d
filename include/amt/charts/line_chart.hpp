// Charts with curves over the steps of a run, as SVG.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "amt/charts/curve.hpp"

namespace amt {

enum class Axis : std::uint8_t {
  kFromZero,
  kLogarithmic,  ///< values of 0 and below are left out
};

struct NamedCurve {
  std::string name;
  const Curve* curve;
};

struct LineChart {
  std::string name;  ///< name and unit of the values: "loss, nats per token"
  Axis axis = Axis::kFromZero;
  const Curve* curve = nullptr;   ///< with a pale band from minimum to maximum; may be null
  const Curve* second = nullptr;  ///< with a dot per bin if there are few bins; may be null
  std::optional<double> level = std::nullopt;  ///< value of a horizontal dashed line
  std::string curve_name = {}, second_name = {},
              level_name = {};        ///< legend labels, used if there is more than the first curve
  std::string steps_name = "step";    ///< label of the x axis
  std::vector<NamedCurve> more = {};  ///< each in its own colour, with dots if it has few bins
};

/// Returns the chart for a page of html_page(); "" if there is nothing to draw.
std::string line_chart_figure(const LineChart& chart);

/// As above, but a complete SVG file with `title` above the chart.
std::string line_chart_document(const LineChart& chart, const std::string& title);

}  // namespace amt
