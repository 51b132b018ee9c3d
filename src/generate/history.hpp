// The part of a growing piece that the model sees: the newest triples, with times relative to the
// earliest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "task.hpp"

namespace amt {

class History {
 public:
  /// `flag` is the first token of every context, kAnticipate or kAutoregress.
  History(Token flag, Window window) : window_(window), context_{flag} {}

  void append(const Event& event);
  const Events& events() const { return events_; }

  /// Chooses the part that the model sees if the next triple is at `earliest` ticks or later; its
  /// relative time must fit into a token.
  void look(std::uint32_t earliest);

  /// Returns the flag, the part that look() chose, and the tokens added since. In a context of 1024
  /// tokens there is space for two more.
  std::span<const Token> context() const { return context_; }
  /// Adds a token of the triple that is being generated.
  void add(Token token) { context_.push_back(token); }
  /// Returns the number of ticks subtracted from the times of the context.
  std::uint32_t offset() const { return offset_; }

  /// Returns the distinct instruments of all events so far, including those the model no longer
  /// sees; a rest counts as the instrument kInstruments.
  const std::vector<std::uint8_t>& instruments() const { return instruments_; }

 private:
  std::size_t first_seen() const;
  std::size_t shortened(std::size_t first, std::uint32_t earliest) const;

  Window window_;
  Events events_;
  std::size_t first_ = 0;  // first event of the part
  std::uint32_t offset_ = 0;
  std::vector<Token> context_;
  std::vector<std::uint8_t> instruments_;
};

}  // namespace amt
