// The device's algorithms, chosen before the first step so that none of it depends on when.
#pragma once

#include <string>

#include "amt/model/model.hpp"

namespace amt {

/// What AlgorithmChoice::record() says after a training pass over `rows` made-up rows in which the
/// device has timed what `before`, a record or "", leaves open. Logs why that is of no use, if so.
/// The model's gradients are something else afterwards. Local; `before` for a device with no
/// choice.
std::string time_algorithms(Model& model, int rows, const std::string& before);

/// Takes what another rank's device has chosen; logs why not. Local.
void take_algorithms(Model& model, const std::string& record);

}  // namespace amt
