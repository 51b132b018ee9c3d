// The rules of row_rules.hpp for the triples of the arrival encoding, checked one after another.
#pragma once

#include <optional>

#include "amt/tokens/row_rules.hpp"
#include "instrument_set.hpp"
#include "triple.hpp"

namespace amt {

class ArrivalRules {
 public:
  /// `at` is the index of the triple's first token.
  std::optional<RowProblem> add(const Triple& triple, int at);
  /// Checks the rules that need the complete row. Must be called after the last triple.
  std::optional<RowProblem> finish() const;

 private:
  std::optional<RowProblem> add_separator();
  std::optional<RowProblem> add_control(std::int64_t time);
  std::optional<RowProblem> add_event(std::int64_t time, bool rest);
  std::optional<RowProblem> check_event(std::int64_t time, bool rest) const;
  RowProblem problem(RowRule rule, const std::string& what) const;
  void begin_piece();

  static constexpr std::int64_t kUnknown = -1;

  int at_ = 1;
  bool head_ = true;
  std::int64_t head_start_ = kUnknown;      // the earliest time in the head
  std::int64_t last_event_ = kUnknown;      // p, ticks
  std::int64_t controls_after_ = kUnknown;  // q + 5 s
  std::int64_t last_control_ = kUnknown;
  bool last_event_is_rest_ = false;
  bool last_is_control_ = false;
  bool piece_is_empty_ = false;  // false for the head, whose piece may have begun in an earlier row
  InstrumentSet instruments_;
};

/// Implements Encoding::find_problem.
std::optional<RowProblem> find_arrival_problem(std::span<const Token> row);

}  // namespace amt
