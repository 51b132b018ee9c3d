#include "amt/record/comparison.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "amt/base/files.hpp"
#include "amt/charts/html.hpp"
#include "amt/charts/line_chart.hpp"
#include "amt/record/history.hpp"

namespace amt {
namespace {

using Cells = std::vector<std::string>;

const Cells kColumns = {"steps", "loss", "valid_loss", "best_valid_loss", "best_step"};

std::string number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : ""; }

Cells cells_of(const std::string& value, const RunHistory& history) {
  Cells cells = {value, "", "", "", "", ""};
  if (history.last_step) {
    cells[1] = fmt::format("{}", history.last_step->step + 1);
    cells[2] = number(history.last_step->loss);
  }
  if (history.last_validation) cells[3] = number(history.last_validation->loss);
  if (history.best_validation) {
    cells[4] = number(history.best_validation->loss);
    cells[5] = fmt::format("{}", history.best_validation->step + 1);
  }
  return cells;
}

std::string csv(const std::vector<Cells>& table) {
  std::string text;
  for (const Cells& row : table) {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : ",") + row[i];
    text += '\n';
  }
  return text;
}

std::string aligned(const std::vector<Cells>& table) {
  std::vector<std::size_t> widths(table.front().size());
  for (const Cells& row : table) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Cells& row : table) {
    std::string line = fmt::format("{:<{}}", row[0], widths[0]);
    for (std::size_t i = 1; i < row.size(); ++i) line += fmt::format("  {:>{}}", row[i], widths[i]);
    text += line + '\n';
  }
  return text;
}

std::string page(const std::string& option, const std::vector<Cells>& table,
                 const std::vector<ComparedRun>& runs, const std::vector<RunHistory>& histories) {
  LineChart chart = {"validation loss, nats per token", Axis::kLogarithmic};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    chart.more.push_back({runs[i].value, &histories[i].valid_loss});
  }
  const std::vector<Cells> rows(table.begin() + 1, table.end());
  return html_page("Sweep over " + option,
                   html_section("Validation loss", "On a logarithmic axis, one line per value.",
                                line_chart_figure(chart)) +
                       html_section("Results", "", html_table(table.front(), rows)));
}

}  // namespace

std::string compare_runs(const SweepPaths& sweep, const std::string& option,
                         const std::vector<ComparedRun>& runs) {
  std::vector<Cells> table = {{option}};
  table.front().insert(table.front().end(), kColumns.begin(), kColumns.end());
  std::vector<RunHistory> histories;
  for (const auto& [value, run] : runs) {
    histories.push_back(is_there(run.metrics()) ? read_history(run.metrics()) : RunHistory{});
    table.push_back(cells_of(value, histories.back()));
  }
  write_file_atomically(sweep.table(), csv(table));
  write_file_atomically(sweep.report(), page(option, table, runs, histories));
  return aligned(table);
}

}  // namespace amt
