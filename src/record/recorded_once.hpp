// Which recorded steps stay when a run resumes.
#pragma once

#include <cstdint>

namespace amt {

/// Asked about what was recorded in its order: keeps what comes before the step that is gone on at
/// and after all that was kept already.
class RecordedOnce {
 public:
  /// `next_step` is the first that is done again; of validations those after `evaluated_step`
  /// steps.
  RecordedOnce(std::int64_t next_step, std::int64_t evaluated_step)
      : steps_{-1, next_step}, validations_{-1, evaluated_step} {}

  /// Of a step, or of the validation that carries it.
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
