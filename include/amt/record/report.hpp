// RUN/report.html: how a training run goes, for people.
#pragma once

#include <string>

#include "amt/record/facts.hpp"
#include "amt/record/history.hpp"

namespace amt {

/// One page that needs no other file and no scripts: figures of the curves, and a table.
std::string run_report_html(const RunFacts& facts, const RunHistory& history);

/// The figure of both losses as an SVG file of its own.
std::string loss_figure_svg(const RunFacts& facts, const RunHistory& history);

}  // namespace amt
