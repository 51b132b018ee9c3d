// The state of one piece during generation: which tokens may come next, and the events so far. The
// rules are the reference's (arXiv 2306.08620) with three exceptions: a rest is allowed only where
// a note is allowed, the history of a sparse piece is shortened (History), and instruments that
// occur later count towards a piece's limit of 16.
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

  // --- The next token; may be used only while done() is false. ---

  /// Returns the tokens that the model sees.
  std::span<const Token> context() const { return history_.context(); }
  /// Returns the range of tokens that can be drawn.
  TokenRange legal() const;
  /// Returns whether a token in legal() may be drawn: a note of an allowed instrument, or a rest.
  bool may_play(int token) const;
  /// Returns whether may_play() excludes any token.
  bool limits_instruments() const;
  /// Appends `token`. The third token of a triple may end the piece.
  void take(Token token);

  /// Returns the events before `end` in order of time, without rests and controls: the inputs that
  /// are kept, and the generated events.
  Events result() const;
  /// Returns the generated events so far, including rests.
  const Events& drawn() const { return drawn_; }

 private:
  /// Returns whether the reference's rule excludes further instruments.
  bool heard_enough() const;
  void append_pending();
  void pass_pending(std::uint32_t time);
  std::uint32_t earliest() const;
  void begin_triple();
  void end_triple(const Event& event);

  GenerationTask task_;
  Events future_;   // inputs after `start`
  Events pending_;  // those from next_pending_ on are not in the history yet
  bool anticipates_;
  History history_;
  std::set<int> instruments_;  // in the complete piece, including later parts
  std::size_t next_pending_ = 0;
  std::uint32_t now_ = 0;  // ticks of the newest event
  Events drawn_;
  std::array<Token, 3> triple_ = {};
  int place_ = 0;  // index of the next token in its triple
  bool done_ = false;
};

}  // namespace amt
