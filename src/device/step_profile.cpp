#include "amt/device/step_profile.hpp"

#include <fmt/core.h>

#include <charconv>

#include "amt/base/error.hpp"

namespace amt {

std::string parse_option(const std::string& text, StepRange* value) {
  constexpr const char* kProblem = "is not a range of steps; 10:12 is steps 10 and 11";
  StepRange range;
  if (text.empty()) return *value = range, "";
  const char *at = text.data(), *last = at + text.size();
  const auto begin = std::from_chars(at, last, range.begin);
  if (begin.ec != std::errc() || begin.ptr == last || *begin.ptr != ':') return kProblem;
  const auto end = std::from_chars(begin.ptr + 1, last, range.end);
  if (end.ec != std::errc() || end.ptr != last || range.begin < 0 || range.empty()) return kProblem;
  *value = range;
  return "";
}

std::string show_option(const StepRange& range) {
  return range.empty() ? "" : fmt::format("{}:{}", range.begin, range.end);
}

StepProfile::StepProfile(StepRange range, Switch profiler, Ops& ops)
    : range_(range), switch_(std::move(profiler)), ops_(ops) {}

StepProfile::~StepProfile() {
  try {
    if (on_) turn(false);
  } catch (const Error&) {  // another error has already been reported
  }
}

void StepProfile::before(std::int64_t step) {
  if (switch_ && !on_ && step >= range_.begin && step < range_.end) turn(true);
}

void StepProfile::after(std::int64_t step) {
  if (on_ && step + 1 >= range_.end) turn(false);
}

/// Waits for the work queued so far, which belongs to the steps before the switch.
void StepProfile::turn(bool on) {
  on_ = on;
  ops_.synchronise();
  switch_(on);
}

}  // namespace amt
