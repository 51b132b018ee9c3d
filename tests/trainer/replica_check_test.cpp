// Flipped bits in copies that must be equal are all found, without false positives.
#include "amt/trainer/replica_check.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <random>
#include <vector>

#include "amt/collective/odd_ranks.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "amt/process/log.hpp"
#include "support/refusal.hpp"

namespace amt {
namespace {

constexpr std::size_t kFloats = 70'001;  // more than one piece in hash_floats()

class ReplicaCheckTest : public testing::Test {
 protected:
  ReplicaCheckTest() {
    set_log_identity(world_.rank(), world_.size(), world_.host());
    for (float& value : parameters_) value = static_cast<float>(random_()) * 1e-9f;
    moments_ = parameters_;
    check_.start_at(step_);
  }
  /// Compares the copies after one more step.
  void compare() {
    const std::array<Replica, 2> all = {
        {{"parameters", parameters_.data(), kFloats}, {"first moments", moments_.data(), kFloats}}};
    check_.compare(++step_, all);
  }
  static void flip(float& value, std::uint32_t bit) {
    value = std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) ^ 1u << bit);
  }

  mpi::Communicator world_ = mpi::Communicator::world();
  std::unique_ptr<Ops> ops_ = make_cpu_ops(1);
  ReplicaCheck check_{*ops_, world_};
  std::mt19937 random_{42};  // the same numbers on all ranks
  std::vector<float> parameters_ = std::vector<float>(kFloats), moments_;
  std::int64_t step_ = 0;
};

TEST_F(ReplicaCheckTest, FindsAThousandFlippedBitsWithoutFalsePositives) {
  for (int i = 0; i < 1000; ++i) {
    const bool in_moments = random_() % 2 == 1;
    const std::size_t at = random_() % kFloats;
    const std::uint32_t bit = random_() % 32;
    const int rank = static_cast<int>(random_() % static_cast<unsigned>(world_.size()));
    float& value = (in_moments ? moments_ : parameters_)[at];
    if (rank == world_.rank()) flip(value, bit);
    const std::string found = test::refusal<WrongNumbers>([&] { compare(); });
    if (world_.size() > 1) {
      ASSERT_TRUE(test::says(
          found, {in_moments ? "first moments differ" : "parameters differ",
                  "after step " + std::to_string(step_), "after step " + std::to_string(step_ - 1),
                  "rank " + std::to_string(rank) + " of"}))
          << i;
      ASSERT_EQ(found.find("one or more") == std::string::npos, world_.size() > 2);
    } else {
      ASSERT_EQ(found, "");
    }
    if (rank == world_.rank()) flip(value, bit);
    ASSERT_NO_THROW(compare()) << i;
  }
}

TEST_F(ReplicaCheckTest, ComparesEachStepOnce) {
  compare();
  if (world_.rank() == 0) flip(parameters_[7], 3);
  --step_;
  EXPECT_NO_THROW(compare());
}

TEST_F(ReplicaCheckTest, HashFloatsHashesAllBytes) {
  const std::uint64_t whole = hash_floats(*ops_, parameters_.data(), kFloats);
  EXPECT_NE(whole, hash_floats(*ops_, parameters_.data(), kFloats - 1));
  flip(parameters_.back(), 0);
  EXPECT_NE(whole, hash_floats(*ops_, parameters_.data(), kFloats));
}

}  // namespace
}  // namespace amt
