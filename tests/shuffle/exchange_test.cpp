#include "amt/shuffle/exchange.hpp"

#include <gtest/gtest.h>

#include <map>

namespace amt {
namespace {

KeyedRow make_row(int from, std::uint32_t number) {
  KeyedRow row{{number, static_cast<std::uint32_t>(from), number}, {}};
  row.tokens.fill(static_cast<Token>(number + static_cast<std::uint32_t>(from)));
  return row;
}

// Ranks send very different numbers of rows, so they finish in different rounds.
std::uint32_t rows_of(int rank) { return static_cast<std::uint32_t>(rank * rank) * 3000 + 5; }

TEST(RowExchange, EveryRowArrivesOnceAtItsDestination) {
  const mpi::Communicator world = mpi::Communicator::world();
  std::map<std::pair<std::uint32_t, std::uint32_t>, int> seen;
  RowExchange exchange(world, [&](const RowId& id, const Row& tokens) {
    ++seen[{id.unit, id.row}];
    ASSERT_EQ(id.row % static_cast<std::uint32_t>(world.size()),
              static_cast<std::uint32_t>(world.rank()));
    ASSERT_EQ(tokens.back(), static_cast<Token>(id.row + id.unit));
  });
  for (std::uint32_t i = 0; i < rows_of(world.rank()); ++i) {
    const KeyedRow row = make_row(world.rank(), i);
    exchange.push(static_cast<int>(i % static_cast<std::uint32_t>(world.size())), row.id,
                  row.tokens);
  }
  EXPECT_TRUE(exchange.finish(true));
  std::vector<std::uint64_t> total = {seen.size()};
  world.all_reduce_sum(std::span(total));
  std::uint64_t expected = 0;
  for (int r = 0; r < world.size(); ++r) expected += rows_of(r);
  EXPECT_EQ(total[0], expected);
  for (const auto& [id, count] : seen) ASSERT_EQ(count, 1);
}

TEST(RowExchange, AFailureOnOneRankStopsAllRanks) {
  const mpi::Communicator world = mpi::Communicator::world();
  RowExchange exchange(world, [](const RowId&, const Row&) {});
  bool succeeded = true;
  std::uint32_t i = 0;
  try {
    for (; i < 100000; ++i) {
      if (world.rank() == world.size() - 1 && i == 3000) throw std::runtime_error("disk full");
      const KeyedRow row = make_row(world.rank(), i);
      exchange.push(0, row.id, row.tokens);
    }
  } catch (const ExchangeStopped&) {
    succeeded = false;
  } catch (const std::runtime_error&) {
    succeeded = false;
  }
  EXPECT_LT(i, 10000u) << "push() goes on after the failure";
  EXPECT_FALSE(exchange.finish(succeeded));
}

TEST(RowExchange, TheWindowShrinksWithMoreRanks) {
  for (const int ranks : {1, 16}) EXPECT_EQ(RowExchange::window_of(ranks), 2048u) << ranks;
  EXPECT_EQ(RowExchange::window_of(32), 1024u);
  for (const int ranks : {2048, 100'000}) EXPECT_EQ(RowExchange::window_of(ranks), 16u) << ranks;
}

TEST(RowExchange, ARoundBeginsWhenTheWindowIsFull) {
  const mpi::Communicator world = mpi::Communicator::world();
  int rounds = 0;
  RowExchange exchange(
      world, [](const RowId&, const Row&) {}, [&](std::uint64_t, std::uint64_t) { ++rounds; });
  const KeyedRow row = make_row(world.rank(), 0);
  for (std::size_t i = 0; i < 3 * exchange.window(); ++i) exchange.push(0, row.id, row.tokens);
  EXPECT_EQ(rounds, 3);
  EXPECT_TRUE(exchange.finish(true));
}

TEST(RowExchange, ProgressIsSummedOverRanks) {
  const mpi::Communicator world = mpi::Communicator::world();
  std::uint64_t files = 0, bytes = 0;
  RowExchange exchange(
      world, [](const RowId&, const Row&) {},
      [&](std::uint64_t a, std::uint64_t b) { files = a, bytes = b; });
  exchange.set_progress(1, 10);
  EXPECT_TRUE(exchange.finish(true));
  EXPECT_EQ(files, static_cast<std::uint64_t>(world.size()));
  EXPECT_EQ(bytes, static_cast<std::uint64_t>(world.size()) * 10);
}

}  // namespace
}  // namespace amt
