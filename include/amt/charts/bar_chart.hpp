// A bar chart as inline SVG.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace amt {

struct BarChart {
  std::string unit;                 ///< of the values: "pieces"
  std::string axis;                 ///< what the bars are by, with its unit: "length in tokens"
  std::vector<std::string> labels;  ///< one for each bar; "" for none
  std::vector<std::string> names;   ///< one for each bar, shown with its value under the pointer
  bool labels_at_edges = false;     ///< a label is the lower end of its bar's bin
  std::vector<std::uint32_t> back;  ///< pale bars behind; may be empty
  std::vector<std::uint32_t> front;
  std::string back_name, front_name;  ///< for the legend, where there are both
};

/// Equal charts give equal text: coordinates follow from integers.
std::string bar_chart_svg(const BarChart& chart);

}  // namespace amt
