# Tests the real cuDNN with described cards. cuDNN makes no plans without a driver, but uses any
# loaded library with the driver's name, so linking a fake driver gives the same results on machines
# with and without a GPU.
add_library(amt_absent_driver SHARED absent_driver.cpp)
set_target_properties(amt_absent_driver PROPERTIES OUTPUT_NAME cuda SOVERSION 1
                      LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/absent_driver)
amt_add_test(cuda_cudnn_plans_test
  SOURCES cudnn_plans_test.cpp
    ${PROJECT_SOURCE_DIR}/src/cuda/device.cpp ${PROJECT_SOURCE_DIR}/src/cuda/device_memory.cpp
  DEPENDS cpu LINK cudnnFrontend::cudnn_frontend cuDNN::cudnn CUDA::cudart $<TARGET_FILE:CUDA::nvrtc> TIMEOUT 300)
target_include_directories(cuda_cudnn_plans_test PRIVATE ${PROJECT_SOURCE_DIR}/src/cuda)
target_link_libraries(cuda_cudnn_plans_test PRIVATE amt_absent_driver)
target_link_options(cuda_cudnn_plans_test PRIVATE LINKER:--no-as-needed)  # nothing calls it directly
