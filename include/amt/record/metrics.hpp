// metrics.jsonl: one JSON object per line (wrapped here), appended during training.
//   {"step":41,"loss":4.61,"lr":0.0006,"grad_norm":0.71,"tokens_per_second":8123.4,
//    "step_time_s":1.008,"skipped":0,"model_flops_per_second":4.3e11,"mfu":0.31,
//    "memory_bytes":812351488}
//   {"step":999,"valid_loss":4.12,"average_valid_loss":4.09}
// `step` counts from 0; a validation has the number of the last step before it. `skipped` counts
// the steps so far that were skipped; average_valid_loss exists only if the run averages its
// weights; numbers that are unknown or not finite are null. All calls are local: one rank writes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>

#include "amt/base/files.hpp"

namespace amt {

struct StepMetrics {
  std::int64_t step = 0;
  double loss = 0;  ///< mean over the global batch, nats per token
  double lr = 0;
  double grad_norm = 0;          ///< before clipping
  double tokens_per_second = 0;  ///< over all ranks
  double step_time_s = 0;
  std::int64_t skipped = 0;
  double model_flops_per_second = 0;                      ///< of all ranks, see flops.hpp
  double mfu = std::numeric_limits<double>::quiet_NaN();  ///< NaN if the peak is unknown
  std::uint64_t memory_bytes = 0;                         ///< peak of rank 0's process so far
};

constexpr double kNoLoss = std::numeric_limits<double>::quiet_NaN();

struct ValidationMetrics {
  std::int64_t step = 0;
  double loss = 0;                ///< nats per token
  double average_loss = kNoLoss;  ///< of the average of the weights, if there is one
};

/// Steps that must be repeated.
struct LostSteps {
  std::int64_t steps = 0;
  double seconds = 0;
};

class MetricsFile {
 public:
  /// Opens the file for appending, after removing what a killed job wrote beyond its checkpoint:
  /// lines of steps from `next_step` on, validations after `evaluated_step` steps, and a last line
  /// that was cut off. Of duplicate steps, one is kept.
  MetricsFile(const std::filesystem::path& path, std::int64_t next_step,
              std::int64_t evaluated_step);

  /// Returns the removed steps.
  const LostSteps& lost() const { return lost_; }

  void write(const StepMetrics& metrics);
  void write(const ValidationMetrics& metrics);
  /// Syncs the file to disk.
  void make_durable() { fsync_path(path_); }

 private:
  void write_line(const std::string& line);
  std::filesystem::path path_;
  LostSteps lost_;
  std::ofstream out_;
};

/// Calls `step` or `validation` for each line, in order. Values that are null or missing, as in
/// files of older runs, become NaN. Returns the number of lines it does not recognise. Throws Error
/// if the file cannot be read.
std::int64_t read_metrics(const std::filesystem::path& path,
                          const std::function<void(const StepMetrics&)>& step,
                          const std::function<void(const ValidationMetrics&)>& validation);

}  // namespace amt
