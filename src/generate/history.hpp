// The part of a growing piece that the model sees: the newest triples, with times relative to the
// earliest of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "task.hpp"

namespace amt {

class History {
 public:
  /// `flag` is kAnticipate or kAutoregress, the first token of every context.
  History(Token flag, Window window) : window_(window), context_{flag} {}

  void append(const Event& event);
  const Events& events() const { return events_; }

  /// Chooses the part that is seen when a triple at `earliest` ticks or later is to be drawn, so
  /// that a token can express its relative time.
  void look(std::uint32_t earliest);

  /// The flag and the part that look() chose, then what was added since. For a context of 1024
  /// tokens they leave room for two more.
  std::span<const Token> context() const { return context_; }
  /// A token of the triple that is being drawn.
  void add(Token token) { context_.push_back(token); }
  /// What was subtracted from the times of the context.
  std::uint32_t offset() const { return offset_; }

  /// Distinct instruments of all events so far, not only of those that are seen; a rest counts as
  /// one of its own, kInstruments.
  const std::vector<std::uint8_t>& instruments() const { return instruments_; }

 private:
  std::size_t first_seen() const;
  std::size_t shortened(std::size_t first, std::uint32_t earliest) const;

  Window window_;
  Events events_;
  std::size_t first_ = 0;  // event that the part begins with
  std::uint32_t offset_ = 0;
  std::vector<Token> context_;
  std::vector<std::uint8_t> instruments_;
};

}  // namespace amt
