// The slow, plain Ops that specifies the others, with fp64 activations: for tests.
#pragma once

#include <memory>

#include "amt/ops/ops.hpp"

namespace amt {

/// One thread, fp64 activations, sums in fp64; parameters and gradients are fp32 as everywhere.
std::unique_ptr<Ops> make_plain_ops();

}  // namespace amt
