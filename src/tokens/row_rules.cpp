#include "amt/tokens/row_rules.hpp"

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "arrival_rules.hpp"
#include "instrument_set.hpp"

namespace amt {
namespace {

std::optional<RowProblem> check_arrival(std::span<const Token> row) {
  if (row[0] != kAutoregress && row[0] != kAnticipate) {
    return RowProblem{RowRule::kFlag, 0, str_cat("token 0: ", row[0], " is no flag")};
  }
  ArrivalRules rules;
  for (int at = 1; at < kContextLength; at += kTripleTokens) {
    const auto tokens = row.subspan(static_cast<std::size_t>(at)).first<kTripleTokens>();
    Triple triple;
    const int good = read_triple(tokens, triple);
    if (good < kTripleTokens) {
      return RowProblem{RowRule::kRange, at + good,
                        str_cat("token ", at + good, ": ", tokens[static_cast<std::size_t>(good)],
                                " cannot stand here")};
    }
    if (auto problem = rules.add(triple, at)) return problem;
  }
  return rules.finish();
}

/// A token of the interarrival encoding.
enum class Kind { kUnknown, kWait, kNote, kBoundary };

Kind kind_of(Token token) {
  if (token == kMidiSeparator) return Kind::kBoundary;
  return token < kMidiOnOffset ? Kind::kWait : Kind::kNote;
}

std::optional<RowProblem> check_interarrival(std::span<const Token> row) {
  Kind previous = Kind::kUnknown;
  InstrumentSet instruments;
  for (int at = 0; at < kContextLength; ++at) {
    const Token token = row[static_cast<std::size_t>(at)];
    const auto problem = [&](RowRule rule, const char* what) {
      return RowProblem{rule, at, str_cat("token ", at, ": ", token, what)};
    };
    if (token >= kInterarrivalVocabulary) return problem(RowRule::kRange, " is no token");
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

}  // namespace

std::optional<RowProblem> find_row_problem(std::span<const Token> row, Encoding encoding) {
  if (row.size() != kContextLength) throw Error(str_cat("a row of ", row.size(), " tokens"));
  return encoding == Encoding::kArrival ? check_arrival(row) : check_interarrival(row);
}

}  // namespace amt
