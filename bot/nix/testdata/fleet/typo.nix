{
  the = 1;
}.teh
