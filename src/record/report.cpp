#include "amt/record/report.hpp"

#include <fmt/core.h>

#include <cmath>

#include "amt/base/strings.hpp"
#include "amt/charts/html.hpp"
#include "amt/charts/line_chart.hpp"

namespace amt {
namespace {

using Table = std::vector<std::vector<std::string>>;

std::string count(double n) { return format_count(std::llround(n)); }

/// Explains how a chart's points were computed.
std::string binning(const Curve& curve) {
  const std::int64_t width = curve.steps_per_bin();
  if (width == 1) return "Each point is one step.";
  return fmt::format(
      "Each point is the mean of {} steps; the pale band spans their minimum to "
      "maximum.",
      width);
}

/// Returns the label of the x axis: "step (1,828 per epoch)".
std::string steps_name(const RunFacts& facts) {
  if (facts.tokens_per_epoch <= 0 || facts.tokens_per_step <= 0) return "step";
  return fmt::format("step ({} per epoch)", count(static_cast<double>(facts.tokens_per_epoch) /
                                                  static_cast<double>(facts.tokens_per_step)));
}

LineChart loss_chart(const RunFacts& facts, const RunHistory& history) {
  LineChart chart = {"loss, nats per token", Axis::kLogarithmic, &history.loss,
                     &history.valid_loss};
  chart.level = facts.unigram_loss;
  chart.curve_name = "training";
  chart.second_name = "validation";
  chart.level_name = "token-frequency baseline";
  chart.steps_name = steps_name(facts);
  return chart;
}

std::string figure(const std::string& title, const std::string& note, LineChart chart,
                   const RunFacts& facts) {
  chart.steps_name = steps_name(facts);
  const std::string svg = line_chart_figure(chart);
  if (svg.empty()) return "";
  return html_section(title, fmt::format("{} {}", note, binning(*chart.curve)), svg);
}

std::string figures(const RunFacts& facts, const RunHistory& history) {
  return figure("Loss",
                "Nats per token, on a logarithmic axis: training batches (line) and validation "
                "split (dots). A model that has learned anything about the music is below the "
                "token-frequency baseline.",
                loss_chart(facts, history), facts) +
         figure("Learning rate", "", {"learning rate", Axis::kFromZero, &history.learning_rate},
                facts) +
         figure("Gradient norm", "Before clipping, on a logarithmic axis.",
                {"gradient norm", Axis::kLogarithmic, &history.grad_norm}, facts) +
         figure("Tokens per second", "Total over all ranks.",
                {"tokens per second", Axis::kFromZero, &history.tokens_per_second}, facts);
}

std::string music(const std::vector<RunSample>& samples) {
  std::string text;
  for (const RunSample& sample : samples) {
    const std::string file = RunPaths("").sample(sample.step).string();
    text +=
        fmt::format("<p>After {} steps; MIDI file: <code>{}</code></p>\n{}",
                    format_count(sample.step), escape_html(file), piano_roll_figure(sample.roll));
  }
  return text.empty()
             ? ""
             : html_section("Samples",
                            "Generated without a prompt, always with the same random numbers.",
                            text);
}

void add_steps(Table& rows, const RunFacts& facts, const StepMetrics& last) {
  const std::int64_t steps = last.step + 1;
  rows.push_back({"steps done", facts.num_train_steps == 0
                                    ? format_count(steps)
                                    : fmt::format("{} of {}", format_count(steps),
                                                  format_count(facts.num_train_steps))});
  if (facts.tokens_per_step > 0) {
    const double tokens = static_cast<double>(steps) * static_cast<double>(facts.tokens_per_step);
    rows.push_back({"tokens seen", count(tokens)});
    if (facts.tokens_per_epoch > 0) {
      rows.push_back(
          {"epochs", fmt::format("{:.2f}", tokens / static_cast<double>(facts.tokens_per_epoch))});
    }
  }
  rows.push_back({"steps skipped", format_count(last.skipped)});
  rows.push_back({"loss of the last step", fmt::format("{:.4f}", last.loss)});
}

void add_validations(Table& rows, const RunHistory& history) {
  if (!history.last_validation) return;
  const auto row = [&](const char* name, const ValidationMetrics& metrics) {
    rows.push_back({name, fmt::format("{:.4f} after step {}", metrics.loss, metrics.step + 1)});
  };
  row("last validation loss", *history.last_validation);
  if (std::isfinite(history.last_validation->average_loss)) {
    rows.push_back({"last validation loss, averaged weights",
                    fmt::format("{:.4f}", history.last_validation->average_loss)});
  }
  if (history.best_validation) row("lowest validation loss", *history.best_validation);
}

void add_speed(Table& rows, const StepMetrics& last) {
  if (std::isfinite(last.tokens_per_second)) {
    rows.push_back({"tokens per second, last step", count(last.tokens_per_second)});
  }
  if (std::isfinite(last.model_flops_per_second)) {
    rows.push_back({"model GFLOP/s, last step", count(last.model_flops_per_second / 1e9)});
  }
  if (std::isfinite(last.mfu)) {
    rows.push_back({"model FLOPs utilisation, last step", fmt::format("{:.1f}%", 100 * last.mfu)});
  }
  if (last.memory_bytes > 0) {
    rows.push_back({"peak memory, rank 0", format_bytes(last.memory_bytes)});
  }
}

void add_starts(Table& rows, const RunFacts& facts, const RunHistory& history) {
  const RunStarts& starts = facts.starts;
  if (starts.starts == 0) return;
  rows.push_back({"starts", format_count(starts.starts)});
  rows.push_back(
      {"steps lost in crashes, time", fmt::format("{}, {}", format_count(starts.lost_steps),
                                                  format_duration(starts.lost_seconds))});
  rows.push_back(
      {"time until the first step, all starts", format_duration(starts.starting_seconds)});
  if (const auto share = starts.goodput(history.seconds_in_steps)) {
    rows.push_back({"goodput: share of the time not lost", fmt::format("{:.1f}%", 100 * *share)});
  }
}

std::string results_table(const RunFacts& facts, const RunHistory& history) {
  if (!history.last_step) return "<p>No steps completed yet.</p>\n";
  Table rows;
  add_steps(rows, facts, *history.last_step);
  add_validations(rows, history);
  if (facts.unigram_loss) {
    rows.push_back(
        {"loss of the token-frequency baseline", fmt::format("{:.4f}", *facts.unigram_loss)});
  }
  if (history.seconds_in_steps > 0) {
    rows.push_back({"total step time", format_duration(history.seconds_in_steps)});
  }
  add_starts(rows, facts, history);
  add_speed(rows, *history.last_step);
  return html_table({}, rows);
}

/// Returns "Training run: NAME", where NAME is the name of its folder.
std::string title_of(const RunFacts& facts) {
  const std::string run = facts.text("run");
  if (run.empty()) return "A training run";
  const auto folder = std::filesystem::path(run + "/.").lexically_normal().parent_path();
  return "Training run: " + folder.filename().string();
}

}  // namespace

std::string run_report_html(const RunFacts& facts, const RunHistory& history,
                            const std::vector<RunSample>& samples) {
  const std::string title = title_of(facts);
  return html_page(
      title + " - amt",
      fmt::format("<h1>{}</h1>\n{}{}{}{}", escape_html(title), results_table(facts, history),
                  figures(facts, history), music(samples),
                  facts.facts.empty() ? ""
                                      : html_section("Model and settings",
                                                     "All settings: config.ini beside "
                                                     "this file.",
                                                     html_table({}, facts.facts))));
}

std::string loss_figure_svg(const RunFacts& facts, const RunHistory& history) {
  return line_chart_document(loss_chart(facts, history), title_of(facts));
}

}  // namespace amt
