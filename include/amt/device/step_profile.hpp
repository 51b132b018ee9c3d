// Chooses the steps that a device's profiler records.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "amt/ops/ops.hpp"

namespace amt {

/// Steps begin, begin + 1, ..., end - 1, counted from 0 as in metrics.jsonl. Empty by default.
struct StepRange {
  std::int64_t begin = 0, end = 0;
  bool empty() const { return begin >= end; }
};

/// Parses and formats an option: "10:12" stands for steps 10 and 11, "" for none.
std::string parse_option(const std::string& text, StepRange* value);
std::string show_option(const StepRange& range);

/// Switches a profiler on before the first step of a range, and off after the last one or at the
/// end of the run. Local.
class StepProfile {
 public:
  using Switch = std::function<void(bool begin)>;

  /// If `profiler` is null, nothing happens. `ops` must outlive this object.
  StepProfile(StepRange range, Switch profiler, Ops& ops);
  ~StepProfile();
  StepProfile(const StepProfile&) = delete;
  StepProfile& operator=(const StepProfile&) = delete;

  void before(std::int64_t step);  ///< also starts if a run resumes within the range
  void after(std::int64_t step);

 private:
  void turn(bool on);

  StepRange range_;
  Switch switch_;
  Ops& ops_;
  bool on_ = false;
};

}  // namespace amt
