#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "amt/base/activity.hpp"
#include "amt/base/error.hpp"
#include "amt/dataset/row_block.hpp"
#include "amt/evaluate/evaluation.hpp"

namespace amt {
namespace {

constexpr std::uint64_t kMaxRows = 1 << 17;

RowSelection spread_evenly(const RowSource& rows) {
  RowSelection selection;
  selection.subsample = std::max<std::uint64_t>(1, (rows.rows() + kMaxRows - 1) / kMaxRows);
  return selection;
}

/// Counts how often each token is predicted in this rank's block of the selected rows.
std::vector<double> count_tokens(const mpi::Communicator& ranks, const RowSource& rows,
                                 const RowSelection& selection, int vocab_size) {
  std::vector<double> counts(vocab_size, 0.0);
  const RowBlock mine = block_of_rank(selection.count(rows.rows()), ranks.size(), ranks.rank());
  std::vector<Token> row(rows.row_length());
  for (std::uint64_t i = 0; i < mine.count; ++i) {
    read_selected(rows, {mine.first + i, 1, selection.subsample}, row);
    for (const Token token : std::span(row).subspan(1)) {
      if (token >= counts.size()) {
        throw Error(fmt::format(
            "found token {} in a dataset with {} tokens: it is damaged; prepare it again", token,
            vocab_size));
      }
      counts[token] += 1;
    }
  }
  return counts;
}

}  // namespace

double unigram_loss(const mpi::Communicator& ranks, const RowSource& train,
                    const RowSource& evaluated, const RowSelection& selection, int vocab_size) {
  std::vector<double> known = count_tokens(ranks, train, spread_evenly(train), vocab_size);
  std::vector<double> asked = count_tokens(ranks, evaluated, selection, vocab_size);
  ranks.all_reduce_sum(std::span(known));
  ranks.all_reduce_sum(std::span(asked));
  const double total = std::accumulate(known.begin(), known.end(), 0.0) + vocab_size;
  double nats = 0;
  for (std::size_t token = 0; token < known.size(); ++token) {
    nats -= asked[token] * std::log((known[token] + 1) / total);
  }
  return nats / std::accumulate(asked.begin(), asked.end(), 0.0);
}

double unigram_loss_of_run(const RowSource& train, const RowSource* valid, int vocab_size) {
  const Phase counting("counting the tokens");
  const RowSource& evaluated = valid == nullptr ? train : *valid;
  return unigram_loss(mpi::Communicator::self(), train, evaluated, spread_evenly(evaluated),
                      vocab_size);
}

}  // namespace amt
