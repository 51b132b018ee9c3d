// Records a run: metrics.jsonl, TensorBoard's file, report.html. All calls
// local: rank 0 records for all.
#pragma once

#include "amt/record/event_file.hpp"
#include "amt/record/facts.hpp"
#include "amt/record/history.hpp"
#include "amt/record/metrics.hpp"
#include "amt/run/paths.hpp"

namespace amt {

class RunRecorder {
 public:
  /// Writes run.json, opens the other files to resume at `next_step` and reads what earlier
  /// processes have recorded. Error naming what cannot be written.
  RunRecorder(const RunPaths& paths, RunFacts facts, std::int64_t next_step,
              std::int64_t evaluated_step);

  void write(const StepMetrics& metrics);
  void write(const ValidationMetrics& metrics);

  /// Gives a fact of the run this text, in run.json at once.
  void set_fact(const std::string& name, const std::string& text);

  /// What was written so far survives this host: before a later checkpoint.
  void make_durable();

  /// Brings TensorBoard's file and report.html up to date: for moments that are rare.
  void publish();

 private:
  RunPaths paths_;
  RunFacts facts_;
  MetricsFile metrics_;
  EventFile events_;
  RunHistory history_;
};

}  // namespace amt
