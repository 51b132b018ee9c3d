#include "arrival_rules.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "amt/tokens/anticipate.hpp"

namespace amt {
namespace {

std::string seconds(std::int64_t ticks) {
  return fmt::format("{:.2f} s", static_cast<double>(ticks) / kTimeResolution);
}

}  // namespace

std::optional<RowProblem> ArrivalRules::add(const Triple& triple, int at) {
  at_ = at;
  if (triple.kind == Triple::Kind::kBoundary) return add_separator();
  const std::int64_t time = triple.time;
  if (head_) head_start_ = head_start_ == kUnknown ? time : std::min(head_start_, time);
  const bool rest = triple.kind == Triple::Kind::kPause;
  if (auto found = triple.control ? add_control(time) : add_event(time, rest)) return found;
  last_is_control_ = triple.control;
  piece_is_empty_ = false;
  if (!rest && !instruments_.add(triple.instrument)) {
    return problem(RowRule::kTooManyInstruments, "a 17th instrument in one piece");
  }
  return std::nullopt;
}

std::optional<RowProblem> ArrivalRules::finish() const {
  if (head_start_ <= 0) return std::nullopt;
  return RowProblem{RowRule::kStart, 1,
                    fmt::format("token 1: the row begins at {}, not at 0", seconds(head_start_))};
}

std::optional<RowProblem> ArrivalRules::add_separator() {
  if (piece_is_empty_) return problem(RowRule::kPieceEnd, "a separator ends an empty piece");
  if (last_is_control_) return problem(RowRule::kPieceEnd, "a separator follows a control");
  begin_piece();
  return std::nullopt;
}

void ArrivalRules::begin_piece() {
  head_ = false;
  last_event_ = 0;
  controls_after_ = last_control_ = kUnknown;
  last_event_is_rest_ = false;
  last_is_control_ = false;
  piece_is_empty_ = true;
  instruments_ = {};
}

std::optional<RowProblem> ArrivalRules::add_control(std::int64_t time) {
  if (time < last_control_) {
    return problem(RowRule::kControlOrder, fmt::format("control at {} after one at {}",
                                                       seconds(time), seconds(last_control_)));
  }
  if (last_event_ != kUnknown && time > last_event_ + kAnticipation) {
    return problem(RowRule::kTooEarly, fmt::format("control at {} after an event at {}",
                                                   seconds(time), seconds(last_event_)));
  }
  if (controls_after_ != kUnknown && time <= controls_after_) {
    return problem(RowRule::kTooLate,
                   fmt::format("control at {}: it belongs before the event at {}", seconds(time),
                               seconds(last_event_)));
  }
  last_control_ = time;
  return std::nullopt;
}

std::optional<RowProblem> ArrivalRules::add_event(std::int64_t time, bool rest) {
  if (auto found = check_event(time, rest)) return found;
  // The event before the head's first one is unknown, but it was at most a rest's length earlier.
  const std::int64_t before = last_event_ != kUnknown ? last_event_ : time - kLongestGap;
  controls_after_ = before + kAnticipation;
  last_event_ = time;
  last_event_is_rest_ = rest;
  return std::nullopt;
}

std::optional<RowProblem> ArrivalRules::check_event(std::int64_t time, bool rest) const {
  if (last_event_ == kUnknown) {
    if (last_control_ <= time + kAnticipation) return std::nullopt;
    return problem(RowRule::kTooEarly, fmt::format("control at {} before an event at {}",
                                                   seconds(last_control_), seconds(time)));
  }
  const auto broken = [&](RowRule rule, const char* what) {
    return problem(
        rule, fmt::format("{} at {} after one at {}", what, seconds(time), seconds(last_event_)));
  };
  if (time < last_event_) return broken(RowRule::kEventOrder, "event");
  if (time > last_event_ + kLongestGap)
    return broken(RowRule::kGap, "event without a rest before,");
  if (rest && time < last_event_ + kLongestGap) return broken(RowRule::kRestTime, "rest");
  if (last_event_is_rest_ && time == last_event_) {
    return broken(RowRule::kRestTime, "an unnecessary rest: event");
  }
  return std::nullopt;
}

RowProblem ArrivalRules::problem(RowRule rule, const std::string& what) const {
  return {rule, at_, fmt::format("token {}: {}", at_, what)};
}

std::optional<RowProblem> find_arrival_problem(std::span<const Token> row) {
  if (row[0] != kAutoregress && row[0] != kAnticipate) {
    return RowProblem{RowRule::kFlag, 0, fmt::format("token 0: {} is not a flag", row[0])};
  }
  ArrivalRules rules;
  for (int at = 1; at < kContextLength; at += kTripleTokens) {
    const auto tokens = row.subspan(at).first<kTripleTokens>();
    Triple triple;
    const int good = read_triple(tokens, triple);
    if (good < kTripleTokens) {
      return RowProblem{RowRule::kRange, at + good,
                        fmt::format("token {}: {} is not allowed here", at + good, tokens[good])};
    }
    if (auto problem = rules.add(triple, at)) return problem;
  }
  return rules.finish();
}

}  // namespace amt
