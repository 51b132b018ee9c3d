// The state of one piece that is generated: which tokens may be drawn, and what they add up to.
// The rules are the reference's (arXiv 2306.08620), with three exceptions: a rest stands only where
// a note may, a sparse piece is seen shorter (History), and instruments that are still to come
// count among the 16 that a piece may have.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>

#include "amt/model/decoder.hpp"
#include "history.hpp"
#include "task.hpp"

namespace amt {

class Generation {
 public:
  Generation(GenerationTask task, Window window);

  bool done() const { return done_; }

  // --- While it is not done: the next token. ---

  /// What the model sees.
  std::span<const Token> context() const { return history_.context(); }
  /// Only these can be drawn.
  TokenRange legal() const;
  /// Of legal(): whether a note of this instrument, or a rest, can be drawn.
  bool may_play(int token) const;
  /// Whether may_play() forbids anything.
  bool limits_instruments() const;
  /// Draws `token`. The third of a triple may end the piece.
  void take(Token token);

  /// Events before `end`, in order of time, without rests and controls: the inputs that stay, and
  /// what was drawn.
  Events result() const;
  /// The events drawn so far, rests included.
  const Events& drawn() const { return drawn_; }

 private:
  /// Whether the reference lets no further instrument join in.
  bool heard_enough() const;
  void append_pending();
  void pass_pending(std::uint32_t time);
  std::uint32_t earliest() const;
  void begin_triple();
  void end_triple(const Event& event);

  GenerationTask task_;
  Events future_;   // inputs after `start`
  Events pending_;  // not yet in the history, from next_pending_ on
  bool anticipates_;
  History history_;
  std::set<int> instruments_;  // of the whole piece, what is still to come included
  std::size_t next_pending_ = 0;
  std::uint32_t now_ = 0;  // ticks of the newest event
  Events drawn_;
  std::array<Token, 3> triple_ = {};
  int place_ = 0;  // of the next token in its triple
  bool done_ = false;
};

}  // namespace amt
