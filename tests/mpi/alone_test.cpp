// In a program that never starts MPI, the collectives of a single process change nothing.
#include <gtest/gtest.h>

#include <array>

#include "amt/mpi/communicator.hpp"
#include "amt/mpi/run_on_all.hpp"

namespace amt::mpi {
namespace {

TEST(AloneCommunicator, HasOneRank) {
  const Communicator self = Communicator::self();
  EXPECT_EQ(self.rank(), 0);
  EXPECT_EQ(self.size(), 1);
  EXPECT_EQ(self.rank_on_host(), 0);
  EXPECT_EQ(self.ranks_on_host(), 1);
  EXPECT_FALSE(self.host().empty());
}

TEST(AloneCommunicator, ChangesNothing) {
  const Communicator self = Communicator::self();
  self.barrier();
  std::string text = "text";
  self.broadcast(text, 0);
  EXPECT_EQ(text, "text");
  std::array<double, 2> values = {3.5, -1};
  self.all_reduce_sum(std::span(values));
  EXPECT_EQ(values, (std::array<double, 2>{3.5, -1}));
  std::array<float, 2> floats = {1, 2};
  self.start_all_reduce_sum(floats).wait();
  EXPECT_TRUE(self.start_reduce_sum(floats, 0).done());
  self.all_gather(floats, std::array<std::size_t, 1>{2});
  EXPECT_EQ(floats, (std::array<float, 2>{1, 2}));
  EXPECT_EQ(self.all_reduce_max(std::int64_t{-5}), -5);
  EXPECT_TRUE(self.any_of(true));
  EXPECT_FALSE(self.all_of(false));
  EXPECT_EQ(self.all_gather("mine"), std::vector<std::string>{"mine"});
  EXPECT_EQ(self.all_gather_value(7), std::vector<int>{7});
  EXPECT_EQ(self.gather("mine", 0), std::vector<std::string>{"mine"});
}

TEST(AloneCommunicator, SendsItsPartToItself) {
  const std::array<std::uint32_t, 3> items = {1, 2, 3};
  const std::array<std::span<const std::byte>, 1> parts = {std::as_bytes(std::span(items))};
  std::vector<std::byte> received(1);
  EXPECT_EQ(Communicator::self().all_to_all(parts, sizeof(items[0]), received),
            std::vector<std::size_t>{3});
  EXPECT_TRUE(std::ranges::equal(received, parts[0]));
}

TEST(AloneCommunicator, AgreesWithItself) {
  const Communicator self = Communicator::self();
  EXPECT_NO_THROW(run_on_all(self, [] {}));
  EXPECT_THROW(run_on_all(self, [] { throw Error("no"); }), CollectiveError);
}

}  // namespace
}  // namespace amt::mpi
