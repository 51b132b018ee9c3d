#include "augment.hpp"

#include <array>

namespace amt {
namespace {

constexpr double kSpanRate = 0.05;                    // spans per second
constexpr std::uint32_t kSpan = 5 * kTimeResolution;  // ticks
constexpr int kRates = 10;                            // rates are multiples of 1 / kRates

/// Calls `is_control` once for each event, in order.
template <class IsControl>
void split(std::span<const Event> events, AugmentedPiece& out, IsControl is_control) {
  out.events.resize(events.size());
  out.controls.resize(events.size());
  std::size_t kept = 0, taken = 0;
  for (const Event& event : events) {
    // Writes the event to both lists and advances one of them: the outcome is practically random,
    // so that a branch would be mispredicted half of the time.
    out.events[kept] = event;
    out.controls[taken] = as_control(event);
    const bool control = is_control(event);
    taken += control ? 1 : 0;
    kept += control ? 0 : 1;
  }
  out.events.resize(kept);
  out.controls.resize(taken);
}

void leave_whole(std::span<const Event> events, AugmentedPiece& out) {
  out.events.assign(events.begin(), events.end());
  out.controls.clear();
}

std::uint32_t draw_gap(NumpyRandom& random) {
  return static_cast<std::uint32_t>(kTimeResolution * random.exponential(1 / kSpanRate));
}

}  // namespace

void augment_spans(std::span<const Event> events, NumpyRandom& random, AugmentedPiece& out) {
  bool in_span = true;  // has length 0: the first event ends it and draws the first gap
  std::uint32_t next_span = 0, end_span = 0;
  split(events, out, [&](const Event& event) {
    if (in_span && event.time >= end_span) {
      in_span = false;
      next_span = event.time + draw_gap(random);
    }
    if (!in_span && event.time >= next_span) {
      in_span = true;
      end_span = event.time + kSpan;
    }
    return in_span;
  });
}

void augment_random(std::span<const Event> events, NumpyRandom& random, AugmentedPiece& out) {
  const double rate = static_cast<double>(random.randint(1, kRates)) / kRates;
  split(events, out, [&](const Event&) { return random.random() < rate; });
}

void augment_instruments(const Piece& piece, NumpyRandom& random, AugmentedPiece& out) {
  const auto count = static_cast<std::uint32_t>(piece.instruments.size());
  if (count < 2) return leave_whole(piece.events, out);
  const auto taken = static_cast<std::uint32_t>(1 + random.randint(0, count - 1));
  std::vector<std::uint32_t> chosen;
  random.choice(count, taken, chosen);
  std::array<bool, kInstruments> is_chosen{};
  for (const std::uint32_t index : chosen) is_chosen[piece.instruments[index]] = true;
  split(piece.events, out, [&](const Event& event) { return is_chosen[instrument_of(event)]; });
}

void augment(const Piece& piece, int k, NumpyRandom& random, AugmentedPiece& out) {
  switch (k % 10) {
    case 0:
      return leave_whole(piece.events, out);
    case 1:
      return augment_spans(piece.events, random, out);
    case 2:
    case 3:
    case 4:
    case 5:
      return augment_random(piece.events, random, out);
    default:
      return augment_instruments(piece, random, out);
  }
}

}  // namespace amt
