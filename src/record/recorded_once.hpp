// Decides which recorded steps to keep when a run resumes.
#pragma once

#include <cstdint>

namespace amt {

/// Given records in order, keeps those before the step where the run resumes, without duplicates.
class RecordedOnce {
 public:
  /// `next_step` is the first step to be repeated; validations after `evaluated_step` steps are
  /// repeated.
  RecordedOnce(std::int64_t next_step, std::int64_t evaluated_step)
      : steps_{-1, next_step}, validations_{-1, evaluated_step} {}

  /// Returns whether to keep a step or, if `validation`, the validation with its number.
  bool keeps(std::int64_t step, bool validation) {
    Range& range = validation ? validations_ : steps_;
    if (step <= range.last || step >= range.end) return false;
    range.last = step;
    return true;
  }

 private:
  struct Range {
    std::int64_t last, end;
  };
  Range steps_, validations_;
};

}  // namespace amt
