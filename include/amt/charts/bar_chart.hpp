// A bar chart as inline SVG.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace amt {

struct BarChart {
  std::string unit;                 ///< unit of the values: "pieces"
  std::string axis;                 ///< label of the x axis, with its unit: "length in tokens"
  std::vector<std::string> labels;  ///< one for each bar; may be ""
  std::vector<std::string> names;   ///< one for each bar, for the tooltip
  bool labels_at_edges = false;     ///< a label belongs to the lower end of its bar's bin
  std::vector<std::uint32_t> back;  ///< values of the pale bars behind; may be empty
  std::vector<std::uint32_t> front;
  std::string back_name, front_name;  ///< names in the legend, if there are both
};

/// Draws the chart. Equal charts give equal text, because coordinates are computed from integers.
std::string bar_chart_svg(const BarChart& chart);

}  // namespace amt
