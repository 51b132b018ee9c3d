#include "interarrival_rules.hpp"

#include <fmt/core.h>

#include "instrument_set.hpp"

namespace amt {
namespace {

/// The kinds of tokens of the interarrival encoding.
enum class Kind { kUnknown, kWait, kNote, kBoundary };

Kind kind_of(Token token) {
  if (token == kMidiSeparator) return Kind::kBoundary;
  return token < kMidiOnOffset ? Kind::kWait : Kind::kNote;
}

}  // namespace

std::optional<RowProblem> find_interarrival_problem(std::span<const Token> row) {
  Kind previous = Kind::kUnknown;
  InstrumentSet instruments;
  for (int at = 0; at < kContextLength; ++at) {
    const Token token = row[at];
    const auto problem = [&](RowRule rule, const char* what) {
      return RowProblem{rule, at, fmt::format("token {}: {}{}", at, token, what)};
    };
    if (token >= kInterarrivalVocabulary) return problem(RowRule::kRange, " is not a token");
    const Kind kind = kind_of(token);
    if (kind == Kind::kWait && (token == 0 || previous == Kind::kWait)) {
      return problem(RowRule::kWait,
                     token == 0 ? " is a wait of no time" : " is a wait after a wait");
    }
    if (kind == Kind::kBoundary) {
      if (previous == Kind::kWait) return problem(RowRule::kPieceEnd, " ends a piece after a wait");
      if (previous == Kind::kBoundary) return problem(RowRule::kPieceEnd, " ends an empty piece");
      instruments = {};
    }
    if (kind == Kind::kNote && token < kMidiOffOffset &&
        !instruments.add((token - kMidiOnOffset) / kPitches)) {
      return problem(RowRule::kTooManyInstruments, " is of a 17th instrument");
    }
    previous = kind;
  }
  return std::nullopt;
}

}  // namespace amt
