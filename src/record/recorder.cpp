#include "amt/record/recorder.hpp"

#include <cmath>
#include <utility>

#include "amt/base/files.hpp"
#include "amt/record/report.hpp"
#include "event_filter.hpp"
#include "event_record.hpp"
#include "samples.hpp"

namespace amt {
namespace {

/// Removes repeated steps from the files, for readers that ignore START records.
EventFile go_on_with_events(const RunPaths& paths, std::int64_t next_step,
                            std::int64_t evaluated_step) {
  cut_back_events(paths.tensorboard(), next_step, evaluated_step);
  return EventFile(paths.tensorboard(), next_step);
}

}  // namespace

RunRecorder::RunRecorder(const RunPaths& paths, RunFacts facts, std::int64_t next_step,
                         std::int64_t evaluated_step)
    : paths_(paths),
      facts_(std::move(facts)),
      metrics_(paths.metrics(), next_step, evaluated_step),
      events_(go_on_with_events(paths, next_step, evaluated_step)),
      history_(read_history(paths.metrics())) {
  remove_samples_after(paths_, next_step);
  facts_.starts.lost_steps += metrics_.lost().steps;
  facts_.starts.lost_seconds += metrics_.lost().seconds;
  write_facts();
}

void RunRecorder::write_facts() {
  facts_.goodput = facts_.starts.goodput(history_.seconds_in_steps);
  write_file_atomically(paths_.facts(), to_json(facts_));
}

void RunRecorder::count_start(double seconds) {
  facts_.starts.starting_seconds += seconds;
  write_facts();
}

void RunRecorder::write(const StepMetrics& m) {
  metrics_.write(m);
  history_.add(m);
  std::vector<Scalar> scalars = {{"train/loss", m.loss},
                                 {"train/learning_rate", m.lr},
                                 {"train/grad_norm", m.grad_norm},
                                 {"train/tokens_per_second", m.tokens_per_second},
                                 {"train/skipped", static_cast<double>(m.skipped)}};
  if (std::isfinite(m.mfu)) scalars.push_back({"train/mfu", m.mfu});
  events_.write(m.step, scalars);
}

void RunRecorder::write(const ValidationMetrics& m) {
  metrics_.write(m);
  history_.add(m);
  events_.write(m.step, {{kValidationTag, m.loss}});
}

void RunRecorder::set_fact(const std::string& name, const std::string& text) {
  facts_.set(name, text);
  write_facts();
}

void RunRecorder::make_durable() {
  metrics_.make_durable();
  events_.make_durable();
}

void RunRecorder::publish() {
  events_.flush();
  write_facts();
  write_file_atomically(paths_.report(), run_report_html(facts_, history_, newest_samples(paths_)));
}

}  // namespace amt
