// Records a run: metrics.jsonl, TensorBoard's file and report.html. All calls are local: only rank
// 0 records.
#pragma once

#include "amt/record/event_file.hpp"
#include "amt/record/facts.hpp"
#include "amt/record/history.hpp"
#include "amt/record/metrics.hpp"
#include "amt/run/paths.hpp"

namespace amt {

class RunRecorder {
 public:
  /// Writes run.json, opens the other files to resume at `next_step`, counts the recorded steps
  /// that are lost, and reads what earlier processes recorded. Error naming a file that cannot be
  /// written.
  RunRecorder(const RunPaths& paths, RunFacts facts, std::int64_t next_step,
              std::int64_t evaluated_step);

  void write(const StepMetrics& metrics);
  void write(const ValidationMetrics& metrics);

  /// Counts the time from the start of this process to its first step, once that is done.
  void count_start(double seconds);

  /// Sets the text of a fact of the run, and writes run.json at once.
  void set_fact(const std::string& name, const std::string& text);

  /// Makes everything written so far survive a failure of this host. Must be called before a later
  /// checkpoint is saved.
  void make_durable();

  /// Updates TensorBoard's file, run.json and report.html. Too slow to be called often.
  void publish();

 private:
  void write_facts();

  RunPaths paths_;
  RunFacts facts_;
  MetricsFile metrics_;
  EventFile events_;
  RunHistory history_;
};

}  // namespace amt
