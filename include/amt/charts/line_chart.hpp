// Curves over the steps of a run, as SVG.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "amt/charts/curve.hpp"

namespace amt {

enum class Axis : std::uint8_t {
  kFromZero,
  kLogarithmic,  ///< values that are not above 0 are left out
};

struct LineChart {
  std::string name;  ///< of the values, with their unit: "loss, nats per token"
  Axis axis = Axis::kFromZero;
  const Curve* curve = nullptr;   ///< with a pale band from lowest to highest
  const Curve* second = nullptr;  ///< with a dot for each bin while they are few; may be null
  std::optional<double> level = std::nullopt;  ///< a dashed line across
  std::string curve_name = {}, second_name = {},
              level_name = {};      ///< for the legend, where it is not curve alone
  std::string steps_name = "step";  ///< of the axis below
};

/// For a page of html_page; "" if there is nothing to draw.
std::string line_chart_figure(const LineChart& chart);

/// The same as a complete SVG file, with `title` above it.
std::string line_chart_document(const LineChart& chart, const std::string& title);

}  // namespace amt
